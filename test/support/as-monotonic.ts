import type { Monotonic, MonotonicMs } from '../../src/ports/monotonic.ts'

/** Returns the clock of a test as a monotonic clock. */
export const asMonotonic =
  (clock: () => number): Monotonic =>
  () =>
    clock() as MonotonicMs

import type { Monotonic, MonotonicMs } from '../../src/ports/monotonic.ts'

/** A test's clock as a monotonic clock. */
export const asMonotonic =
  (clock: () => number): Monotonic =>
  () =>
    clock() as MonotonicMs

import type { Monotonic, MonotonicMs } from '../../src/ports/monotonic.ts'

/** A hand of a clock that a test moves forward. */
export const asMonotonic =
  (hand: () => number): Monotonic =>
  () =>
    hand() as MonotonicMs

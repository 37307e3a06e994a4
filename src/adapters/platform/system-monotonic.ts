import type { Elapsed, Monotonic } from '../../ports/monotonic.ts'

/** The monotonic clock of this process. */
export const systemMonotonic: Monotonic = () => performance.now() as Elapsed

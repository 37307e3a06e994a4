import type { Elapsed, Monotonic } from '../../ports/monotonic.ts'

/** That of this process. */
export const systemMonotonic: Monotonic = () => performance.now() as Elapsed

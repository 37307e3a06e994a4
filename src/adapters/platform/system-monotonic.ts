import type { Monotonic, MonotonicMs } from '../../ports/monotonic.ts'

/** Returns the time of the process's monotonic clock. */
export const systemMonotonic: Monotonic = () => performance.now() as MonotonicMs

import type { Monotonic, MonotonicMs } from '../../ports/monotonic.ts'

/** The monotonic clock of this process. */
export const systemMonotonic: Monotonic = () => performance.now() as MonotonicMs

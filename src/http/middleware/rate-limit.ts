import type { Monotonic } from '../../ports/monotonic.ts'

/**
 * Creates a function that returns whether one more call is permitted: `perSecond` calls a second on average, and
 * at most `burst` at once (a token bucket).
 */
export const createRateLimit = (perSecond: number, burst: number, monotonic: Monotonic): (() => boolean) => {
  let permitted = burst
  let countedAt = monotonic()
  return () => {
    const now = monotonic()
    permitted = Math.min(burst, permitted + ((now - countedAt) / 1000) * perSecond)
    countedAt = now
    if (permitted < 1) return false
    permitted -= 1
    return true
  }
}

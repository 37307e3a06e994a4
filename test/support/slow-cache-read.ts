import type { CachePort } from '../../src/ports/cache.ts'

/**
 * Wraps a CachePort. After `holdNext`, the next `get` reads the cache at once, but returns the result only
 * after `letGo`.
 */
export const createSlowCacheRead = (inner: CachePort) => {
  let isNextHeld = false
  let release: () => void = () => undefined
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  const cache: CachePort = {
    ...inner,
    get: (key) => async () => {
      const isDelayed = isNextHeld
      isNextHeld = false
      const found = await inner.get(key)()
      if (isDelayed) await released
      return found
    },
  }
  return {
    cache,
    holdNext: () => {
      isNextHeld = true
    },
    letGo: () => release(),
  }
}

import type { CachePort } from '../../src/ports/cache.ts'

/** A CachePort around another: after `holdNext`, one `get` returns only after `letGo`, with what it found before. */
export const createSlowLook = (inner: CachePort) => {
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

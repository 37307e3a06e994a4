import type { CachePort } from '../../src/ports/cache.ts'

/** A CachePort before another: one look is held back, with what it has found, until it is let go. */
export const createSlowLook = (inner: CachePort) => {
  let isNextHeld = false
  let letGo: () => void = () => undefined
  const released = new Promise<void>((resolve) => {
    letGo = resolve
  })
  const cache: CachePort = {
    ...inner,
    get: (key) => async () => {
      const isHeld = isNextHeld
      isNextHeld = false
      const found = await inner.get(key)()
      if (isHeld) await released
      return found
    },
  }
  return {
    cache,
    holdNext: () => {
      isNextHeld = true
    },
    letGo: () => letGo(),
  }
}

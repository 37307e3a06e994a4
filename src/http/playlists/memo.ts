import { createBoundedCache } from '../../bounded-cache.ts'

/**
 * Returns the cached value for `name`, or the result of `make`, which is called once for all concurrent
 * callers.
 */
type Memo<A> = (name: string, make: () => Promise<A>) => A | Promise<A>

/** Memoizes values up to a total size of `maxBytes`. Evicts the least recently used values first. */
export const createMemo = <A extends { readonly size: number }>(maxBytes: number): Memo<A> => {
  const values = createBoundedCache<A>({ maxBytes, sizeOf: ({ size }) => size })
  const pending = new Map<string, Promise<A>>()

  const start = async (name: string, make: () => Promise<A>): Promise<A> => {
    try {
      const value = await make()
      values.set(name, value)
      return value
    } finally {
      pending.delete(name)
    }
  }

  return (name, make) => {
    const existing = values.get(name) ?? pending.get(name)
    if (existing !== undefined) return existing
    const promise = start(name, make)
    pending.set(name, promise)
    return promise
  }
}

import { createBoundedCache } from '../../bounded-cache.ts'

/** What was made of this name the last time, or else what `make` makes, once for all who ask meanwhile. */
export type Memo<A> = (name: string, make: () => Promise<A>) => A | Promise<A>

/** Remembers things by their size, up to `maxBytes` together, and forgets those that were not asked for the longest. */
export const createMemo = <A extends { readonly size: number }>(maxBytes: number): Memo<A> => {
  const made = createBoundedCache<A>({ maxBytes, sizeOf: ({ size }) => size })
  const inTheMaking = new Map<string, Promise<A>>()

  const start = async (name: string, make: () => Promise<A>): Promise<A> => {
    try {
      const value = await make()
      made.set(name, value)
      return value
    } finally {
      inTheMaking.delete(name)
    }
  }

  return (name, make) => {
    const known = made.get(name) ?? inTheMaking.get(name)
    if (known !== undefined) return known
    const making = start(name, make)
    inTheMaking.set(name, making)
    return making
  }
}

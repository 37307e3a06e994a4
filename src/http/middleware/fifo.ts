/** A queue with constant-time operations. An array is slower, because its `shift` moves all other items. */
export type Fifo<A> = {
  readonly size: () => number
  readonly first: () => A | undefined
  readonly push: (item: A) => void
  readonly take: () => A | undefined
}

/**
 * Minimum number of empty slots at the front before the items are copied. A smaller gap is not worth a copy.
 */
const minCompaction = 1024

export const createFifo = <A>(): Fifo<A> => {
  let items: Array<A | undefined> = []
  /** Index of the first item; earlier slots are empty. */
  let head = 0

  return {
    size: () => items.length - head,
    first: () => items[head],
    push: (item) => {
      items.push(item)
    },
    take: () => {
      if (head === items.length) return undefined
      const item = items[head]
      items[head] = undefined
      head += 1
      // Since the array is half empty, each item is copied once on average.
      if (head >= minCompaction && head * 2 >= items.length) {
        items = items.slice(head)
        head = 0
      }
      return item
    },
  }
}

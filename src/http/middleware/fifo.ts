/** First in, first out, each in constant time: `shift` of a long array moves all that follow. */
export type Fifo<A> = {
  readonly size: () => number
  readonly first: () => A | undefined
  readonly push: (item: A) => void
  readonly take: () => A | undefined
}

/** Fewer than these are not worth a move. */
const leastMoved = 1024

export const createFifo = <A>(): Fifo<A> => {
  let items: Array<A | undefined> = []
  /** Where the first one is. What is before it was taken. */
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
      // Half of it is gone: each item is moved once on the average.
      if (head >= leastMoved && head * 2 >= items.length) {
        items = items.slice(head)
        head = 0
      }
      return item
    },
  }
}

type Key = number | bigint | string

/**
 * Compares by each key in turn, ascending. Strings are compared by code unit, so that the order is the same
 * on every machine.
 */
export const ascendingBy =
  <A>(...keysOf: ReadonlyArray<(a: A) => Key>) =>
  (a: A, b: A): number => {
    for (const keyOf of keysOf) {
      const left = keyOf(a)
      const right = keyOf(b)
      if (left < right) return -1
      if (left > right) return 1
    }
    return 0
  }

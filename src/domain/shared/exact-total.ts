/** Greatest number of items that a list counts exactly (http-api.md §8.4, §12.1): to count more takes too long. */
export const maxExactTotal = 10_000

/** Returns the total of a list, of which at least `maxExactTotal + 1` items were counted if there are as many. */
export const exactTotal = (counted: number): number | null => (counted > maxExactTotal ? null : counted)

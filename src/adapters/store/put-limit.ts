/** Bytes a second: a store that takes fewer does not work. */
const slowest = 128 * 1024

/** Milliseconds that a store has to take an object of so many bytes. */
export const putLimitMs = (size: number): number => 60_000 + Math.ceil((size / slowest) * 1000)

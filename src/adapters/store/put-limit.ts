/** Bytes per second. A slower store counts as broken. */
const slowest = 128 * 1024

/** Returns the timeout for storing an object of `size` bytes (milliseconds). */
export const putTimeoutMs = (size: number): number => 60_000 + Math.ceil((size / slowest) * 1000)

/** Minimum speed of a store in bytes per second. A slower store counts as broken. */
const slowest = 128 * 1024

/** Returns the timeout in milliseconds for storing an object of `size` bytes. */
export const putTimeoutMs = (size: number): number => 60_000 + Math.ceil((size / slowest) * 1000)

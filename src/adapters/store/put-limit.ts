/**
 * Minimum speed of a working store in bytes per second. The time limit assumes this speed, so an upload to a
 * slower store times out.
 */
const slowest = 128 * 1024

/** Returns the timeout in milliseconds for storing an object of `size` bytes. */
export const putTimeoutMs = (size: number): number => 60_000 + Math.ceil((size / slowest) * 1000)

import { TimeoutError } from '../../domain/shared/timeout-error.ts'

/**
 * Each two minutes of waiting bring at least 64 KiB. That is 4 kbit/s, which the slowest lines of phones have; what is slower
 * holds a request, and the lock of its upload, for ever.
 */
const windowMs = 120_000
const bytesOfWindow = 64 * 1024

/**
 * Returns a function that is called with each piece of a body: the time in which it was waited for (ms), and its length
 * (bytes). It throws a TimeoutError if the body is too slow.
 */
export const createPace = (): ((waitedMs: number, bytes: number) => void) => {
  let waited = 0
  let arrived = 0
  return (waitedMs, bytes) => {
    waited += waitedMs
    arrived += bytes
    if (waited < windowMs) return
    if (arrived < bytesOfWindow)
      throw new TimeoutError(`fewer than ${bytesOfWindow} bytes of the body within ${windowMs} ms`)
    waited = 0
    arrived = 0
  }
}

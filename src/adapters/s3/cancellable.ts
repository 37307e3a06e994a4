import type { ByteStream } from '../../domain/media/bytes.ts'

/**
 * A stream that can be left at once. A generator by itself cannot: `return` waits for the step under way, which
 * may wait for a network, and on one that was never started it does not even run `finally`. So `leave` is called
 * first; it must end the step under way and free what the generator holds.
 */
export const cancellable = (steps: AsyncGenerator<Uint8Array, void>, leave: () => void): ByteStream => {
  const iterator: AsyncIterator<Uint8Array> = {
    next: () => steps.next(),
    return: async () => {
      leave()
      await steps.return()
      return { done: true, value: undefined }
    },
  }
  return { [Symbol.asyncIterator]: () => iterator }
}

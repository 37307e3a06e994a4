import type { ByteStream } from '../../domain/media/bytes.ts'

/**
 * A stream that can be cancelled at once. A generator by itself cannot: `return` waits for the current step,
 * which may wait for the network, and on a generator that was never started it does not run `finally`. So
 * `cancel` is called first; it must end the current step and free what the generator holds.
 */
export const cancellable = (steps: AsyncGenerator<Uint8Array, void>, cancel: () => void): ByteStream => {
  const iterator: AsyncIterator<Uint8Array> = {
    next: () => steps.next(),
    return: async () => {
      cancel()
      await steps.return()
      return { done: true, value: undefined }
    },
  }
  return { [Symbol.asyncIterator]: () => iterator }
}

import type { ByteStream } from '../../domain/media/bytes.ts'

/**
 * Creates a stream that can be cancelled at once. A generator alone cannot: its `return` waits for the
 * current step, which may wait for the network, and before the first step it does not run `finally`. So
 * `return` first calls `cancel`, which must end the current step and release the generator's resources.
 */
export const createCancellableStream = (
  steps: AsyncGenerator<Uint8Array, void>,
  cancel: () => void,
): ByteStream => {
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

import type { ByteStream } from '../../domain/media/bytes.ts'

/** Passes a stream through, and calls `end` once: when it ends, throws, or is cancelled by its reader. */
export const withEnd = (stream: ByteStream, end: () => void): ByteStream => {
  const source = stream[Symbol.asyncIterator]()
  let hasEnded = false
  const endOnce = (): void => {
    if (hasEnded) return
    hasEnded = true
    end()
  }
  const iterator: AsyncIterator<Uint8Array> = {
    next: async () => {
      try {
        const next = await source.next()
        if (next.done === true) endOnce()
        return next
      } catch (error) {
        endOnce()
        throw error
      }
    },
    return: async () => {
      endOnce()
      return (await source.return?.()) ?? { done: true, value: undefined }
    },
  }
  return { [Symbol.asyncIterator]: () => iterator }
}

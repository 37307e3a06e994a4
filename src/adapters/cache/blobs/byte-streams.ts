import type { ByteStream } from '../../../domain/media/bytes.ts'

/**
 * Wraps a generator of `length` bytes, and calls `release` exactly once: after the last byte, when the
 * generator throws, or when the reader cancels. The reader may cancel before the first byte or while a read
 * is pending. The argument `isEarly` of `release` is `true` if the reader cancelled before the stream ended.
 */
export const withRelease = (
  bytes: AsyncGenerator<Uint8Array>,
  length: number,
  release: (isEarly: boolean) => void,
): ByteStream => {
  let started = false
  let left = length
  let released = false
  const releaseOnce = (isEarly: boolean) => {
    if (released) return
    released = true
    release(isEarly)
  }
  const pull = async () => {
    started = true
    try {
      const next = await bytes.next()
      if (next.done !== true) left -= next.value.length
      if (next.done === true || left <= 0) releaseOnce(false)
      return next
    } catch (error) {
      releaseOnce(false)
      throw error
    }
  }
  const iterator: AsyncIterableIterator<Uint8Array> = {
    next: pull,
    return: async () => {
      // A generator that was never started runs no `finally` block, and neither does its source. So the
      // generator is started first.
      if (!started) pull().catch(() => undefined)
      releaseOnce(true)
      bytes.return(undefined).catch(() => undefined)
      return { done: true, value: undefined }
    },
    [Symbol.asyncIterator]: () => iterator,
  }
  return iterator
}

/** Yields `first`, which has already been read from a stream, then the rest of the stream. */
export async function* resumeAfter(
  first: IteratorResult<Uint8Array>,
  rest: AsyncGenerator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    if (first.done !== true) yield first.value
    yield* rest
  } finally {
    await rest.return(undefined)
  }
}

/** Drops the first `count` bytes of a stream. */
export async function* skipBytes(stream: ByteStream, count: number): AsyncGenerator<Uint8Array> {
  let left = count
  for await (const chunk of stream) {
    if (left < chunk.length) yield left === 0 ? chunk : chunk.subarray(left)
    left = Math.max(0, left - chunk.length)
  }
}

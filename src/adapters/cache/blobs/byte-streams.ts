import { createHash } from 'node:crypto'
import type { ByteStream } from '../../../domain/media/bytes.ts'
import { badOrigin } from '../../../domain/shared/errors.ts'
import { toStreamError } from '../../../domain/shared/stream-failure.ts'
import { withTimeout } from '../../../domain/shared/with-timeout.ts'

/** Limits the wait for the next step of a stream. Rejects with TimeoutError after `ms` milliseconds. */
export const withStallTimeout = <A>(next: Promise<A>, ms: number): Promise<A> =>
  withTimeout(next, ms, `nothing came for ${ms} ms`)

/** Cancels a stream without waiting for it to close. Works also while a read is pending. */
export const cancelStream = (stream: ByteStream): void => {
  // The reader has left, so no caller can handle a failure to close.
  stream[Symbol.asyncIterator]()
    .return?.()
    .catch(() => undefined)
}

/** Cancels a stream from which nothing has been read, without waiting for it to close. */
export const cancelUnstartedStream = (stream: ByteStream): void => {
  // A generator that was never started runs no `finally` block when it is closed, so it is started first.
  const startAndLeave = async () => {
    for await (const _ of stream) return
  }
  startAndLeave().catch(() => undefined)
}

/**
 * Passes a stream through. Throws TimeoutError if an item takes longer than `ms` milliseconds. If reading
 * stops early, the source is closed without waiting.
 */
export async function* withIdleTimeout<A>(stream: AsyncIterable<A>, ms: number): AsyncGenerator<A> {
  const source = stream[Symbol.asyncIterator]()
  let ended = false
  try {
    for (;;) {
      const next = await withStallTimeout(source.next(), ms)
      if (next.done === true) {
        ended = true
        return
      }
      yield next.value
    }
  } finally {
    // A failure to close is ignored: the reader has left, or it gets TimeoutError.
    if (!ended) source.return?.().catch(() => undefined)
  }
}

/**
 * Passes a stream through, and verifies its length and its sha256 (unless `null`). The last chunk is held
 * back until both are verified. So an incorrect stream throws (by default BadOrigin) before its last byte.
 */
export async function* verifyStream(
  stream: ByteStream,
  length: number,
  sha256: string | null,
  toError: (what: string) => Error = (what) => toStreamError(badOrigin(what)),
): AsyncGenerator<Uint8Array> {
  const digest = createHash('sha256')
  let pending: Uint8Array | null = null
  let seen = 0
  for await (const chunk of stream) {
    if (pending !== null) yield pending
    seen += chunk.length
    if (seen > length) throw toError(`more than ${length} bytes`)
    if (sha256 !== null) digest.update(chunk)
    pending = chunk
  }
  if (seen < length) throw toError(`${seen} of ${length} bytes`)
  if (sha256 !== null && digest.digest('hex') !== sha256) throw toError('bytes with another sha256')
  if (pending !== null) yield pending
}

/**
 * Wraps a generator of `length` bytes, and calls `release` exactly once: after the last byte, when the
 * generator throws, or when the reader cancels. The reader may cancel before the first byte or while a read
 * is pending. `isEarly` tells that the reader cancelled before the stream ended.
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
      // A generator that was never started runs no `finally` block, and neither does its source. So it is
      // started first.
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

import { createHash } from 'node:crypto'
import type { ByteStream } from '../../../domain/media/bytes.ts'
import { badOrigin } from '../../../domain/shared/errors.ts'
import { NoAnswer } from '../../../domain/shared/no-answer.ts'
import { toStreamError } from '../../../domain/shared/stream-failure.ts'

/** `promise`, or a rejection when it takes longer than `ms`. */
export const withTimeout = <A>(promise: Promise<A>, ms: number): Promise<A> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new NoAnswer(`nothing came for ${ms} ms`)), ms)
    promise.then(resolve, reject).finally(() => clearTimeout(timer))
  })

/** Tells a stream that its reader has left, also while he waits for its next bytes; waits for nothing. */
export const cancelStream = (stream: ByteStream): void => {
  // Its reader is gone: a failure to end has nothing to be told to.
  stream[Symbol.asyncIterator]()
    .return?.()
    .catch(() => undefined)
}

/** Lets go of a stream that nobody will read to its end, and waits for nothing. */
export const cancelUnstarted = (stream: ByteStream): void => {
  // A generator that was never started ignores being closed, so start it.
  const startAndLeave = async () => {
    for await (const _ of stream) return
  }
  startAndLeave().catch(() => undefined)
}

/** The same stream, throwing when a chunk takes longer than `ms`; a source that hangs is not waited for. */
export async function* unlessStalled(stream: ByteStream, ms: number): AsyncGenerator<Uint8Array> {
  const source = stream[Symbol.asyncIterator]()
  let ended = false
  try {
    for (;;) {
      const next = await withTimeout(source.next(), ms)
      if (next.done === true) {
        ended = true
        return
      }
      yield next.value
    }
  } finally {
    // Its reader is gone, or is told of the wait.
    if (!ended) source.return?.().catch(() => undefined)
  }
}

/**
 * The same bytes, which must be `length` in number and, unless that is `null`, have this sha256. The last chunk
 * is held back until this is known: throws before its last byte, or is right.
 */
export async function* verified(
  stream: ByteStream,
  length: number,
  sha256: string | null,
): AsyncGenerator<Uint8Array> {
  const digest = createHash('sha256')
  let held: Uint8Array | null = null
  let seen = 0
  for await (const chunk of stream) {
    if (held !== null) yield held
    seen += chunk.length
    if (seen > length) throw toStreamError(badOrigin(`more than the ${length} bytes that were asked for`))
    if (sha256 !== null) digest.update(chunk)
    held = chunk
  }
  if (seen < length) throw toStreamError(badOrigin(`${seen} bytes where ${length} should be`))
  if (sha256 !== null && digest.digest('hex') !== sha256)
    throw toStreamError(badOrigin('bytes with another sha256'))
  if (held !== null) yield held
}

/**
 * A generator of `length` bytes as a stream that lets go exactly once: with its last byte, when it throws, or
 * when its reader leaves, be it before the first byte or while it waits for one. `isEarly`: that was before the
 * stream itself had come to an end.
 */
export const releasing = (
  bytes: AsyncGenerator<Uint8Array>,
  length: number,
  release: (isEarly: boolean) => void,
): ByteStream => {
  let started = false
  let left = length
  let released = false
  const letGo = (isEarly: boolean) => {
    if (released) return
    released = true
    release(isEarly)
  }
  const pull = async () => {
    started = true
    try {
      const next = await bytes.next()
      if (next.done !== true) left -= next.value.length
      if (next.done === true || left <= 0) letGo(false)
      return next
    } catch (error) {
      letGo(false)
      throw error
    }
  }
  const iterator: AsyncIterableIterator<Uint8Array> = {
    next: pull,
    return: async () => {
      // The `finally` of a generator that was never started does not run, nor that of what it reads from.
      if (!started) pull().catch(() => undefined)
      letGo(true)
      bytes.return(undefined).catch(() => undefined)
      return { done: true, value: undefined }
    },
    [Symbol.asyncIterator]: () => iterator,
  }
  return iterator
}

/** A stream of which the first step has been taken. */
export async function* resumed(
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

/** The same stream without its first `count` bytes. */
export async function* skipping(stream: ByteStream, count: number): AsyncGenerator<Uint8Array> {
  let left = count
  for await (const chunk of stream) {
    if (left < chunk.length) yield left === 0 ? chunk : chunk.subarray(left)
    left = Math.max(0, left - chunk.length)
  }
}

import type { ByteRange, ByteStream } from '../../../domain/media/bytes.ts'
import type { ReadInto } from '../../../ports/blob-cache.ts'
import type { StoredBytes } from './blob-shelf.ts'

/** What a reader holds in memory who brings none. */
const pieceBytes = 128 * 1024

type Reading = {
  readonly bytes: StoredBytes
  readonly range: ByteRange
  /** Brings what there is from `at` on, when the shelf has lost it. */
  readonly goOn: (at: number) => AsyncGenerator<Uint8Array>
  /** The reader has left before the last byte. */
  readonly leave: () => void
}

/**
 * Bytes on a shelf as a stream, and read into buffers of the reader's: two ways to read on at one place. Lets go of
 * the shelf exactly once: with the last byte, when the shelf has lost them, or when the reader leaves, be it before
 * the first byte or while he waits for one.
 */
export const readStored = ({
  bytes,
  range: { start, end },
  goOn,
  leave,
}: Reading): { readonly stream: ByteStream; readonly into: ReadInto } => {
  let at = start
  let rest: ReadInto | null = null
  let released = false
  let left = false

  const release = (): void => {
    if (released) return
    released = true
    // What cannot be closed has been read all the same.
    bytes.close().catch(() => undefined)
  }

  /** From the shelf, as long as that has them. */
  const step = async (buffer: Uint8Array): Promise<number> => {
    if (rest !== null) return rest(buffer)
    const count = await bytes.readInto(buffer, at).catch(() => null)
    if (count !== null) return count
    if (left) return 0
    release()
    rest = poured(goOn(at))
    return rest(buffer)
  }

  const into: ReadInto = async (buffer) => {
    if (at === end || left) return 0
    const count = await step(buffer.length > end - at ? buffer.subarray(0, end - at) : buffer)
    at += count
    if (at === end) release()
    return count
  }

  const iterator: AsyncIterableIterator<Uint8Array> = {
    next: async () => {
      if (at === end || left) return { done: true, value: undefined }
      const piece = Buffer.allocUnsafeSlow(Math.min(end - at, pieceBytes))
      const count = await into(piece)
      return count === 0 ? { done: true, value: undefined } : { done: false, value: piece.subarray(0, count) }
    },
    return: async () => {
      const isEarly = at < end && !left
      left = true
      release()
      if (isEarly) leave()
      return { done: true, value: undefined }
    },
    [Symbol.asyncIterator]: () => iterator,
  }
  return { stream: iterator, into }
}

/** The stream's bytes, put into buffers of the reader's, wherever its chunks end. */
const poured = (stream: AsyncGenerator<Uint8Array>): ReadInto => {
  let held: Uint8Array = new Uint8Array()
  return async (buffer) => {
    while (held.length === 0) {
      const next = await stream.next()
      if (next.done === true) return 0
      held = next.value
    }
    const count = Math.min(held.length, buffer.length)
    buffer.set(held.subarray(0, count))
    held = held.subarray(count)
    return count
  }
}

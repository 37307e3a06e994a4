import type { ByteRange, ByteStream } from '../../../domain/media/bytes.ts'
import type { ReadInto } from '../../../ports/blob-cache.ts'
import type { StoredBlobReader } from './blob-storage.ts'
import { pieceBytes } from './pieces.ts'

type Options = {
  readonly bytes: StoredBlobReader
  readonly range: ByteRange
  /** Reads the rest from offset `at` when the storage has lost the bytes. */
  readonly goOn: (at: number) => AsyncGenerator<Uint8Array>
  /** Called when the reader cancels before the last byte. */
  readonly leave: () => void
}

/**
 * Reads stored bytes as a stream or into buffers of the caller; both advance one offset. Closes the stored
 * bytes exactly once: after the last byte, when the storage has lost them, or when the reader cancels, also
 * before the first byte or while a read is pending.
 */
export const readStoredBlob = ({
  bytes,
  range: { start, end },
  goOn,
  leave,
}: Options): { readonly stream: ByteStream; readonly into: ReadInto } => {
  let at = start
  let rest: ReadInto | null = null
  let released = false
  let cancelled = false

  const release = (): void => {
    if (released) return
    released = true
    // A failed close does not affect what was read.
    bytes.close().catch(() => undefined)
  }

  /** Reads from the storage until it loses the bytes, then from `goOn`. */
  const step = async (buffer: Uint8Array): Promise<number> => {
    if (rest !== null) return rest(buffer)
    const count = await bytes.readInto(buffer, at).catch(() => null)
    if (count !== null) return count
    if (cancelled) return 0
    release()
    rest = readIntoFrom(goOn(at))
    return rest(buffer)
  }

  const into: ReadInto = async (buffer) => {
    if (at === end || cancelled) return 0
    const count = await step(buffer.length > end - at ? buffer.subarray(0, end - at) : buffer)
    at += count
    if (at === end) release()
    return count
  }

  const iterator: AsyncIterableIterator<Uint8Array> = {
    next: async () => {
      if (at === end || cancelled) return { done: true, value: undefined }
      const piece = Buffer.allocUnsafeSlow(Math.min(end - at, pieceBytes))
      const count = await into(piece)
      return count === 0 ? { done: true, value: undefined } : { done: false, value: piece.subarray(0, count) }
    },
    return: async () => {
      const isEarly = at < end && !cancelled
      cancelled = true
      release()
      if (isEarly) leave()
      return { done: true, value: undefined }
    },
    [Symbol.asyncIterator]: () => iterator,
  }
  return { stream: iterator, into }
}

/** Copies the stream's bytes into buffers of the caller, across chunk borders. */
const readIntoFrom = (stream: AsyncGenerator<Uint8Array>): ReadInto => {
  let pending: Uint8Array = new Uint8Array()
  return async (buffer) => {
    while (pending.length === 0) {
      const next = await stream.next()
      if (next.done === true) return 0
      pending = next.value
    }
    const count = Math.min(pending.length, buffer.length)
    buffer.set(pending.subarray(0, count))
    pending = pending.subarray(count)
    return count
  }
}

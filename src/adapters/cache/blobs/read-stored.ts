import type { ByteRange, ByteStream } from '../../../domain/media/bytes.ts'
import type { ReadInto } from '../../../ports/blob-cache.ts'
import type { StoredBlobReader } from './blob-storage.ts'
import { pieceBytes } from './pieces.ts'

type Options = {
  readonly bytes: StoredBlobReader
  readonly range: ByteRange
  /** Continues from offset `at` with another source. Called when the storage has lost the bytes. */
  readonly continueFrom: (at: number) => AsyncGenerator<Uint8Array>
  /** Is called when the reader cancels before the last byte. */
  readonly onCancel: () => void
}

/**
 * Reads stored bytes as a stream (`stream`), or into buffers of the caller (`into`). Both advance the same
 * offset. Closes the stored bytes exactly once: after the last byte, when the storage has lost them, or when
 * the reader cancels. The reader may cancel before the first byte or while a read is pending.
 */
export const readStoredBlob = ({
  bytes,
  range: { start, end },
  continueFrom,
  onCancel,
}: Options): { readonly stream: ByteStream; readonly into: ReadInto } => {
  let at = start
  let rest: ReadInto | null = null
  let released = false
  let cancelled = false

  const release = (): void => {
    if (released) return
    released = true
    // A failed close does not affect the bytes that were read.
    bytes.close().catch(() => undefined)
  }

  /** Reads from the storage. After the storage has lost the bytes, reads from `continueFrom`. */
  const step = async (buffer: Uint8Array): Promise<number> => {
    if (rest !== null) return rest(buffer)
    const count = await bytes.readInto(buffer, at).catch(() => null)
    if (count !== null) return count
    if (cancelled) return 0
    release()
    rest = readIntoFrom(continueFrom(at))
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
      if (isEarly) onCancel()
      return { done: true, value: undefined }
    },
    [Symbol.asyncIterator]: () => iterator,
  }
  return { stream: iterator, into }
}

/** Copies the bytes of a stream into buffers of the caller. A buffer gets bytes of a single chunk. */
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

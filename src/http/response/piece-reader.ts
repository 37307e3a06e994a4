import type { ByteStream } from '../../domain/media/bytes.ts'
import type { BlobStream, ReadInto } from '../../ports/blob-cache.ts'
import type { ReplyBuffers } from './reply-buffers.ts'

/** A body in pieces. Each piece is valid until the next call of `next`. */
export type PieceReader = {
  /** Returns the next piece; `null` at the end. */
  readonly next: () => Promise<Uint8Array | null>
  /**
   * Closes the source because the client has disconnected. May be called while a call of `next` is pending.
   */
  readonly cancel: () => void
  /**
   * Must be called at the end, while no call of `next` is pending. If `isFree` is `true`, no code reads the
   * last piece any more, so its buffer can be reused.
   */
  readonly release: (isFree: boolean) => void
}

/**
 * Creates a reader of the stream. The reader uses one buffer again and again if the stream supports
 * `readInto`.
 */
export const createPieceReader = (
  stream: ByteStream & Partial<BlobStream>,
  buffers: ReplyBuffers,
): PieceReader => {
  const iterator = stream[Symbol.asyncIterator]()
  const cancel = () => {
    // The reply has ended, so an error while closing is ignored.
    iterator.return?.().catch(() => undefined)
  }
  return stream.readInto ? bufferedPieces(stream.readInto, cancel, buffers) : iteratedPieces(iterator, cancel)
}

const iteratedPieces = (iterator: AsyncIterator<Uint8Array>, cancel: () => void): PieceReader => ({
  next: async () => {
    const next = await iterator.next()
    return next.done === true ? null : next.value
  },
  cancel,
  release: cancel,
})

const bufferedPieces = (readInto: ReadInto, cancel: () => void, buffers: ReplyBuffers): PieceReader => {
  const buffer = buffers.take()
  return {
    next: async () => {
      const count = await readInto(buffer)
      return count === 0 ? null : buffer.subarray(0, count)
    },
    cancel,
    release: (isFree) => {
      cancel()
      if (isFree) buffers.giveBack(buffer)
      else buffers.drop(buffer)
    },
  }
}

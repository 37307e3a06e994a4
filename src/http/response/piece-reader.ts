import type { ByteStream } from '../../domain/media/bytes.ts'
import type { BlobStream, ReadInto } from '../../ports/blob-cache.ts'
import type { ReplyBuffers } from './reply-buffers.ts'

/** A body in pieces. Each piece is valid until the next call of `next`. */
export type PieceReader = {
  /** Returns the next piece; `null` at the end. */
  readonly next: () => Promise<Uint8Array | null>
  /** Closes the source because the client disconnected; may be called while `next` is pending. */
  readonly cancel: () => void
  /**
   * Must be called at the end, while no `next` is pending. `isFree`: nothing reads the last piece, so its
   * buffer may be reused.
   */
  readonly release: (isFree: boolean) => void
}

/** Creates a reader of the stream. It reads into a reused buffer if the stream supports it. */
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

import type { ByteStream } from '../../domain/media/bytes.ts'
import type { BlobStream, ReadInto } from '../../ports/blob-cache.ts'
import type { ReplyBuffers } from './reply-buffers.ts'

/** A body piece by piece, each of which is good until the next one is asked for. */
export type Pieces = {
  /** `null` at the end. */
  readonly next: () => Promise<Uint8Array | null>
  /** The client has left, be it while the next piece is waited for. */
  readonly leave: () => void
  /** No piece is asked for any more, nor waited for. `isFree`: nor is the last one read by anybody. */
  readonly done: (isFree: boolean) => void
}

/** Read into a buffer that others have used before, where the stream can do that. */
export const piecesOf = (stream: ByteStream & Partial<BlobStream>, buffers: ReplyBuffers): Pieces => {
  const iterator = stream[Symbol.asyncIterator]()
  const leave = () => {
    // The reply has ended by now: a source that cannot be closed has nothing more to say to it.
    iterator.return?.().catch(() => undefined)
  }
  return stream.readInto ? poured(stream.readInto, leave, buffers) : iterated(iterator, leave)
}

const iterated = (iterator: AsyncIterator<Uint8Array>, leave: () => void): Pieces => ({
  next: async () => {
    const next = await iterator.next()
    return next.done === true ? null : next.value
  },
  leave,
  done: leave,
})

const poured = (into: ReadInto, leave: () => void, buffers: ReplyBuffers): Pieces => {
  const buffer = buffers.take()
  return {
    next: async () => {
      const count = await into(buffer)
      return count === 0 ? null : buffer.subarray(0, count)
    },
    leave,
    done: (isFree) => {
      leave()
      if (isFree) buffers.give(buffer)
      else buffers.drop(buffer)
    },
  }
}

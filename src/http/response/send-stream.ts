import type { ServerResponse } from 'node:http'
import type { ByteStream } from '../../domain/media/bytes.ts'
import type { BadOrigin, Unavailable } from '../../domain/shared/errors.ts'
import { fromStreamError } from '../../domain/shared/stream-failure.ts'
import { E } from '../../fp.ts'
import type { BlobStream } from '../../ports/blob-cache.ts'
import { isDisconnected, onDisconnect } from './head-written.ts'
import { createPieceReader, type PieceReader } from './piece-reader.ts'
import type { ReplyBuffers } from './reply-buffers.ts'

/** A stream whose first piece has been read. `first` is `null` if the stream is empty. */
export type StartedStream = { readonly first: Uint8Array | null; readonly pieces: PieceReader }

/** Waits for the first bytes, so that a failure before them still gets an error status. */
export const startStream = async (
  stream: ByteStream & Partial<BlobStream>,
  buffers: ReplyBuffers,
): Promise<E.Either<BadOrigin | Unavailable, StartedStream>> => {
  const pieces = createPieceReader(stream, buffers)
  try {
    return E.right({ first: await pieces.next(), pieces })
  } catch (cause) {
    pieces.release(true)
    return E.left(fromStreamError(cause))
  }
}

/** Sends pieces to one client. */
type PieceWriter = {
  /** Resolves when the piece was sent. `false`: the client has disconnected. */
  readonly send: (piece: Uint8Array) => Promise<boolean>
  /** Whether the system may still read the last piece. */
  readonly isBusy: () => boolean
}

const createPieceWriter = (res: ServerResponse, cancel: () => void): PieceWriter => {
  let settle: (isSent: boolean) => void = () => undefined
  let isBusy = false
  onDisconnect(res, () => {
    settle(false)
    cancel()
  })

  return {
    send: (piece) =>
      new Promise((resolve) => {
        if (isDisconnected(res)) return resolve(false)
        settle = resolve
        isBusy = true
        // After a disconnect Node calls back for the write in progress, but never for queued writes.
        res.write(piece, (error) => {
          isBusy = false
          resolve(!error && !isDisconnected(res))
        })
      }),
    isBusy: () => isBusy,
  }
}

/**
 * Sends the stream as the body, with backpressure: the next piece is read when the previous one was sent. A
 * disconnect ends the stream early. A stream that throws breaks the connection, so that a truncated body is
 * never mistaken for a complete one (http-api.md §6.4).
 */
export const sendStream = async ({ first, pieces }: StartedStream, res: ServerResponse): Promise<void> => {
  // A disconnect also cancels a source that waits for bytes that may never arrive.
  const { send, isBusy } = createPieceWriter(res, pieces.cancel)
  try {
    let piece = first
    while (piece !== null && (await send(piece))) piece = await pieces.next()
    if (piece === null) res.end()
    else res.destroy()
  } catch (error) {
    const wasDisconnected = isDisconnected(res)
    res.destroy()
    if (!wasDisconnected) throw error
  } finally {
    pieces.release(!isBusy())
  }
}

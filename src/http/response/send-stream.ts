import type { ServerResponse } from 'node:http'
import type { ByteStream } from '../../domain/media/bytes.ts'
import type { BadOrigin, Unavailable } from '../../domain/shared/errors.ts'
import { fromStreamError } from '../../domain/shared/stream-failure.ts'
import { E } from '../../fp.ts'
import type { BlobStream } from '../../ports/blob-cache.ts'
import { type Pieces, piecesOf } from './pieces.ts'
import type { ReplyBuffers } from './reply-buffers.ts'

/** A stream whose first bytes are here; `null`: it has none. */
export type StartedStream = { readonly first: Uint8Array | null; readonly pieces: Pieces }

/** Waits for the first bytes: what fails until then can still be answered with a status. */
export const startStream = async (
  stream: ByteStream & Partial<BlobStream>,
  buffers: ReplyBuffers,
): Promise<E.Either<BadOrigin | Unavailable, StartedStream>> => {
  const pieces = piecesOf(stream, buffers)
  try {
    return E.right({ first: await pieces.next(), pieces })
  } catch (cause) {
    pieces.done(true)
    return E.left(fromStreamError(cause))
  }
}

const hasLeft = (res: ServerResponse): boolean => res.destroyed || res.req.socket.destroyed

/** The way of pieces to one client. */
type Way = {
  /** Resolves when the piece has gone out. `false`: the client has left. */
  readonly send: (piece: Uint8Array) => Promise<boolean>
  /** Whether the last piece may still be read from. */
  readonly isBusy: () => boolean
}

const createWay = (res: ServerResponse, onLeft: () => void): Way => {
  let settle: (isSent: boolean) => void = () => undefined
  let isBusy = false
  const left = () => {
    settle(false)
    onLeft()
  }
  res.once('close', left)
  // A reply that waits behind another one on its connection is not told that the client has left.
  res.req.once('close', () => hasLeft(res) && left())

  return {
    send: (piece) =>
      new Promise((resolve) => {
        if (hasLeft(res)) return resolve(false)
        settle = resolve
        isBusy = true
        // Of a client who leaves, what is on its way is called back, and what waits to be is never heard of again.
        res.write(piece, (error) => {
          isBusy = false
          resolve(!error && !hasLeft(res))
        })
      }),
    isBusy: () => isBusy,
  }
}

/**
 * Sends the stream as the body, at the pace of the client: the next piece is asked for when the one before it has
 * gone out. The client's leaving ends the stream early; a stream that throws breaks the connection, so that a short
 * body is never taken for a whole one (http-api.md §6.4).
 */
export const sendStream = async ({ first, pieces }: StartedStream, res: ServerResponse): Promise<void> => {
  // Also while it waits for bytes that may not come.
  const { send, isBusy } = createWay(res, pieces.leave)
  try {
    let piece = first
    while (piece !== null && (await send(piece))) piece = await pieces.next()
    if (piece === null) res.end()
    else res.destroy()
  } catch (error) {
    const left = hasLeft(res)
    res.destroy()
    if (!left) throw error
  } finally {
    pieces.done(!isBusy())
  }
}

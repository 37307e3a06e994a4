import type { ServerResponse } from 'node:http'
import { type BodyPiece, joinPieces, maxTextBodyBytes, toLatin1 } from '../bytes/body-piece.ts'
import type { ConditionalHeaders } from '../bytes/conditional.ts'
import type { Headers } from '../bytes/representation-headers.ts'
import { mergeHeaders } from '../response/response-writer.ts'
import type { Replayable, ReplayBody } from './replayable.ts'

/** A stored reply, in the form in which it is sent. */
export type Replay = {
  readonly reply: Replayable
  /** Headers that do not depend on the status. */
  readonly common: Headers
  /**
   * Head of a 200: names and values of the headers alternate, as in the array that Node's `writeHead`
   * accepts.
   */
  readonly head: string[]
  /** The file whose takedown must break the connection; `null` if the body is sent at once. */
  readonly file: string | null
  /** Index of the value of Cache-Control in `head`. */
  readonly cacheControlAt: number
  /**
   * The whole body as latin1, one character per byte; `null` if the body is too long or not stored with the
   * reply.
   */
  readonly text: string | null
}

/** The caller's token and its remaining lifetime in seconds; `''` and 0 if no token is needed. */
export type CallerToken = { readonly jwt: string; readonly secondsLeft: number }

/** Shorter bodies fit into the buffers of the connection, from which nothing can be taken back. */
const longBodyBytes = 64 * 1024

export const createReplay = (reply: Replayable, common: Headers): Replay => {
  const { body, headers } = reply
  const head = Object.entries(mergeHeaders(common, headers)).flat()
  if (reply.cacheControlFor !== null && !head.includes('Cache-Control')) throw new Error('no Cache-Control')
  const isLong = Number(headers['Content-Length'] ?? 0) >= longBodyBytes
  const isText = body._tag === 'Stored' && body.bytes.length <= maxTextBodyBytes
  return {
    reply,
    common,
    file: isLong ? reply.file : null,
    head,
    cacheControlAt: head.indexOf('Cache-Control') + 1,
    text: isText ? toLatin1(body.bytes) : null,
  }
}

/**
 * Returns the memory that a replay occupies, in bytes. The head counts twice, because it is stored as `head`
 * and as the headers of the reply.
 */
export const sizeOfReplay = ({ reply, head, text }: Replay): number =>
  reply.size + (text?.length ?? 0) + 2 * head.reduce((sum, { length }) => sum + length, 0) + recordBytes

/** Estimated size of the objects and closures of one reply (bytes). */
const recordBytes = 1024

/**
 * Returns all pieces of the body. Called before the head is written, because the result `null` means that
 * only the routes can reply.
 */
const piecesOf = (body: ReplayBody, jwt: string): ReadonlyArray<BodyPiece> | null => {
  if (body._tag === 'Stored') return [body.bytes]
  if (body._tag === 'Template') return body.tokenLength === jwt.length ? body.fill(jwt) : null
  const bytes = body.bytes()
  return bytes && [bytes]
}

const writePiece = (res: ServerResponse, piece: BodyPiece): void => {
  if (typeof piece === 'string') res.write(piece, 'latin1')
  else res.write(piece)
}

const endWith = (res: ServerResponse, piece: BodyPiece): void => {
  if (typeof piece === 'string') res.end(piece, 'latin1')
  else res.end(piece)
}

/**
 * Writes a 200. Returns `false` if nothing was written, so that the routes must reply. Must be fast, because
 * most replays are of this kind.
 */
export const writeFullReplay = (
  replay: Replay,
  { jwt, secondsLeft }: CallerToken,
  res: ServerResponse,
): boolean => {
  const { head, text, reply, cacheControlAt } = replay
  const pieces = text === null ? piecesOf(reply.body, jwt) : []
  if (pieces === null) return false
  // All replays of this reply share the array `head`. That is safe, because `writeHead` serializes it before
  // another replay can change it.
  if (reply.cacheControlFor !== null) head[cacheControlAt] = reply.cacheControlFor(secondsLeft)
  res.writeHead(200, head)
  if (text !== null) {
    endWith(res, text)
    return true
  }
  // Node delays writing to the socket until the end of this turn of the event loop, so all pieces are sent
  // together.
  for (let i = 0; i < pieces.length - 1; i += 1) writePiece(res, pieces[i] ?? '')
  endWith(res, pieces.at(-1) ?? '')
  return true
}

/**
 * Writes the reply to a request with a range or a condition. Returns `false` for error bodies and multipart
 * replies, which the routes must write.
 */
export const writeConditionalReplay = (
  { common, reply }: Replay,
  conditions: ConditionalHeaders,
  { jwt, secondsLeft }: CallerToken,
  res: ServerResponse,
): boolean => {
  const planned = reply.plan(conditions)
  if (planned === null) return false
  const { status, headers: own, body } = planned
  const headers = mergeHeaders(common, own)
  if (reply.cacheControlFor !== null) headers['Cache-Control'] = reply.cacheControlFor(secondsLeft)
  if (status === 304) {
    res.writeHead(304, headers).end()
    return true
  }
  const pieces = body._tag === 'Range' ? piecesOf(reply.body, jwt) : null
  if (pieces === null || body._tag !== 'Range') return false
  const [only] = pieces
  const whole = pieces.length === 1 && only instanceof Uint8Array ? only : joinPieces(pieces)
  res.writeHead(status, headers).end(whole.subarray(body.range.start, body.range.end))
  return true
}

import type { ServerResponse } from 'node:http'
import type { ConditionalHeaders } from '../bytes/conditional.ts'
import type { Headers } from '../bytes/representation-headers.ts'
import { mergeHeaders } from '../response/response-writer.ts'
import type { Replayable, ReplayBody } from './replayable.ts'

/** A stored reply, in the form in which it is sent. */
export type Replay = {
  readonly reply: Replayable
  /** Headers that do not depend on the status. */
  readonly common: Headers
  /** Head of a 200: alternating names and values, as Node's `writeHead` accepts them. */
  readonly head: string[]
  /** Index of the value of Cache-Control in `head`. */
  readonly cacheControlAt: number
  /** The whole body as latin1, one character per byte; `null` if too long or not stored. */
  readonly text: string | null
}

/** The caller's token and its remaining lifetime; `''` and 0 if none is needed. */
export type ReplayRequest = { readonly jwt: string; readonly secondsLeft: number }

// Node writes the head and a string body in one piece, and any other body separately. It passes pieces of up
// to 16 KiB to the system without a copy on the heap.
const maxTextBytes = 12 * 1024

export const createReplay = (reply: Replayable, common: Headers): Replay => {
  const { body, headers } = reply
  const head = Object.entries(mergeHeaders(common, headers)).flat()
  if (reply.cacheControlFor !== null && !head.includes('Cache-Control')) throw new Error('no Cache-Control')
  const isText = body._tag === 'Stored' && body.bytes.length <= maxTextBytes
  return {
    reply,
    common,
    head,
    cacheControlAt: head.indexOf('Cache-Control') + 1,
    text: isText ? Buffer.from(body.bytes).toString('latin1') : null,
  }
}

/** Returns the retained memory (bytes). The head counts twice: as `head` and as the headers of the reply. */
export const sizeOfReplay = ({ reply, head, text }: Replay): number =>
  reply.size + (text?.length ?? 0) + 2 * head.reduce((sum, { length }) => sum + length, 0) + recordBytes

/** Estimate for the objects and closures of one reply. */
const recordBytes = 1024

/** Prepares all pieces before the head is written; `null`: only the routes can reply. */
const piecesOf = (body: ReplayBody, jwt: string): ReadonlyArray<Uint8Array> | null => {
  if (body._tag === 'Stored') return [body.bytes]
  if (body._tag === 'Template') return body.tokenLength === jwt.length ? body.fill(jwt) : null
  const bytes = body.bytes()
  return bytes && [bytes]
}

/** Writes a 200. Returns `false` if nothing was written and the routes must reply. Hot path. */
export const writeWholeReplay = (
  replay: Replay,
  { jwt, secondsLeft }: ReplayRequest,
  res: ServerResponse,
): boolean => {
  const { head, text, reply, cacheControlAt } = replay
  const pieces = text === null ? piecesOf(reply.body, jwt) : []
  if (pieces === null) return false
  // `head` is shared by all replays: `writeHead` serializes it before another replay can change it.
  if (reply.cacheControlFor !== null) head[cacheControlAt] = reply.cacheControlFor(secondsLeft)
  res.writeHead(200, head)
  if (text !== null) {
    res.end(text, 'latin1')
    return true
  }
  // Node corks the socket until the end of this turn, so all pieces are sent together.
  for (const piece of pieces.slice(0, -1)) res.write(piece)
  res.end(pieces.at(-1))
  return true
}

/** Writes the reply to a range or a condition. Leaves error bodies and multipart replies to the routes. */
export const writePlannedReplay = (
  { common, reply }: Replay,
  conditions: ConditionalHeaders,
  { jwt, secondsLeft }: ReplayRequest,
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
  const [only, ...more] = pieces
  const whole = only !== undefined && more.length === 0 ? only : Buffer.concat(pieces)
  res.writeHead(status, headers).end(whole.subarray(body.range.start, body.range.end))
  return true
}

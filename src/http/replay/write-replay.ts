import type { ServerResponse } from 'node:http'
import type { ConditionalHeaders } from '../bytes/conditional.ts'
import type { Headers } from '../bytes/representation-headers.ts'
import { mergeHeaders } from '../response/response-writer.ts'
import type { Replayable, ReplayBody } from './replayable.ts'

/** A reply that is kept, in the form in which it leaves. */
export type Replay = {
  readonly reply: Replayable
  /** What the reply has whatever its status. */
  readonly common: Headers
  /** Of a 200: names and values in turn, as Node takes them. */
  readonly head: string[]
  /** Where the value of Cache-Control stands in `head`. */
  readonly cacheControlAt: number
  /** The whole body as one character a byte. */
  readonly text: string | null
}

/** Who asks, as the token tells; `''` and no time where none is needed. */
export type ReplayRequest = { readonly jwt: string; readonly secondsLeft: number }

// Node writes the head of a reply and a body that is text in one piece, and other bodies in two. A piece of up to
// 16 KiB it hands to the system without a copy on the heap.
const longestText = 12 * 1024

export const createReplay = (reply: Replayable, common: Headers): Replay => {
  const { body, headers } = reply
  const head = Object.entries(mergeHeaders(common, headers)).flat()
  if (reply.cacheControlFor !== null && !head.includes('Cache-Control')) throw new Error('no Cache-Control')
  const isText = body._tag === 'Kept' && body.bytes.length <= longestText
  return {
    reply,
    common,
    head,
    cacheControlAt: head.indexOf('Cache-Control') + 1,
    text: isText ? Buffer.from(body.bytes).toString('latin1') : null,
  }
}

/** The bytes that it keeps from being freed: its head is in it twice, as text and as what the text is made from. */
export const sizeOfReplay = ({ reply, head, text }: Replay): number =>
  reply.size + (text?.length ?? 0) + 2 * head.reduce((sum, { length }) => sum + length, 0) + recordBytes

/** Of the records and functions of one reply. */
const recordBytes = 1024

/** All pieces, made before a byte of the head is written; `null`: only the routes can make them. */
const piecesOf = (body: ReplayBody, jwt: string): ReadonlyArray<Uint8Array> | null => {
  if (body._tag === 'Kept') return [body.bytes]
  if (body._tag === 'Filled') return body.tokenLength === jwt.length ? body.fill(jwt) : null
  const bytes = body.bytes()
  return bytes && [bytes]
}

/** Writes a 200. `false`: nothing was written, the routes must answer. Hot path. */
export const writeWholeReplay = (
  replay: Replay,
  { jwt, secondsLeft }: ReplayRequest,
  res: ServerResponse,
): boolean => {
  const { head, text, reply, cacheControlAt } = replay
  const pieces = text === null ? piecesOf(reply.body, jwt) : []
  if (pieces === null) return false
  // Written out before other code can change it.
  if (reply.cacheControlFor !== null) head[cacheControlAt] = reply.cacheControlFor(secondsLeft)
  res.writeHead(200, head)
  if (text !== null) {
    res.end(text, 'latin1')
    return true
  }
  // Corked by itself until the end of this turn: all pieces leave together.
  for (const piece of pieces.slice(0, -1)) res.write(piece)
  res.end(pieces.at(-1))
  return true
}

/** Writes the reply to a range or a condition; what has words of its own, or several parts, is left to the routes. */
export const writePlannedReplay = (
  { common, reply }: Replay,
  asked: ConditionalHeaders,
  { jwt, secondsLeft }: ReplayRequest,
  res: ServerResponse,
): boolean => {
  const planned = reply.plan(asked)
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

import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { LRUCache } from 'lru-cache'
import { restrictsNothing } from '../../domain/access/restrictions.ts'
import type { Viewer } from '../../domain/access/viewer.ts'
import type { MediaTokens } from '../../ports/media-tokens.ts'
import type { ConditionalHeaders } from '../bytes/conditional.ts'
import type { ByteReply } from '../bytes/plan-byte-reply.ts'
import type { Headers } from '../bytes/representation-headers.ts'
import { withOwn } from '../write-reply.ts'
import { type Asked, askedAgain } from './asked.ts'

/** What makes a reply one that can be given again without waiting for anything. */
export type Again = {
  /** To whom it was given: he has no restrictions. Whoever may see the same file gets it as well. */
  readonly viewer: Viewer | null
  /** Whether all that it was made from is still what the cache has in memory. */
  readonly isAtHand: () => boolean
  /** Of a 200, beyond what replies have in common. */
  readonly headers: Headers
  /** The reply to these conditions (RFC 9110 §13.2.2), before there is a body; `null`: only the routes can tell. */
  readonly plan: (headers: ConditionalHeaders) => ByteReply | null
  /** The whole body, in pieces, with another token of the same length; `null` when that takes waiting. */
  readonly piecesFor: (jwt: string) => ReadonlyArray<Uint8Array> | null
  /** Whether that is the same for every token. */
  readonly isShared: boolean
  /** Bytes that it keeps from being forgotten. */
  readonly size: number
}

type Hot = {
  readonly again: Again
  /** What a reply has whatever its status. */
  readonly common: Headers
  /** Of a 200, names and values in turn: Node takes it as it is. */
  readonly head: string[]
  /** The whole body as one character a byte. */
  readonly text: string | null
}

/** Replies of a moment ago. */
export type HotReplies = {
  /** Answers at once what was answered before, if it can; tells whether it has. */
  readonly answer: (req: IncomingMessage, res: ServerResponse) => boolean
  /** Remembers how a request, as it came in, was answered; `common` is what the reply would have whatever its status. */
  readonly keep: (
    request: {
      readonly method: string
      readonly originalUrl: string
      readonly headers: IncomingHttpHeaders
    },
    again: Again,
    common: Headers,
  ) => void
}

type Options = {
  readonly tokens: MediaTokens
  /** Of what replies keep. */
  readonly maxBytes: number
  /** Whether the headers of replies tell where requests come from. */
  readonly readsOrigin: boolean
}

/** Of the name, the head and the place in the list. */
const overhead = 2048

// Node writes the head of a reply and a body that is text in one piece, and other bodies in two. A piece of up to
// 16 KiB it hands to the system without a copy on the heap.
const longestText = 12 * 1024

const textOf = ({ isShared, piecesFor, size }: Again): string | null => {
  const pieces = isShared && size <= longestText ? piecesFor('') : null
  return pieces && Buffer.concat(pieces).toString('latin1')
}

const answerWhole = ({ head, text, again }: Hot, jwt: string, res: ServerResponse): boolean => {
  if (text !== null) {
    res.writeHead(200, head).end(text, 'latin1')
    return true
  }
  const pieces = again.piecesFor(jwt)
  if (pieces === null) return false
  // Corked by itself until the end of this turn: all pieces leave together.
  res.writeHead(200, head)
  for (const piece of pieces.slice(0, -1)) res.write(piece)
  res.end(pieces.at(-1))
  return true
}

/** What has words of its own, or several parts, is left to the routes. */
const answerPlanned = (
  { common, again }: Hot,
  asked: ConditionalHeaders,
  jwt: string,
  res: ServerResponse,
) => {
  const planned = again.plan(asked)
  if (planned === null) return false
  const { status, headers, body } = planned
  if (status === 304) {
    res.writeHead(304, withOwn(common, headers)).end()
    return true
  }
  const pieces = body._tag === 'Range' ? again.piecesFor(jwt) : null
  if (pieces === null || body._tag !== 'Range') return false
  const [only, ...more] = pieces
  const whole = only !== undefined && more.length === 0 ? only : Buffer.concat(pieces)
  res.writeHead(status, withOwn(common, headers)).end(whole.subarray(body.range.start, body.range.end))
  return true
}

/**
 * Replies that were made a moment ago, in front of the routes (docs/decisions/0011). One is given again only to who
 * holds a token that is good now and opens the same file without restriction, and only while every value that it was
 * made from is still in memory and has not changed: so it is never staler than the cache, and shows nobody more.
 */
export const createHotReplies = ({ tokens, maxBytes, readsOrigin }: Options): HotReplies => {
  const replies = new LRUCache<string, Hot>({
    maxSize: maxBytes,
    sizeCalculation: ({ again }) => again.size + overhead,
  })

  const opens = (jwt: string | null, viewer: Viewer | null): boolean => {
    if (jwt === null || viewer === null) return jwt === viewer
    const grant = tokens.known(viewer.kind, jwt)
    return grant?.sub === viewer.grant.sub && restrictsNothing(grant.restrictions)
  }

  const hotFor = ({ name, jwt }: Asked): Hot | undefined => {
    const hot = replies.get(name)
    if (hot === undefined || !opens(jwt, hot.again.viewer)) return undefined
    if (hot.again.isAtHand()) return hot
    replies.delete(name)
    return undefined
  }

  return {
    answer: (req, res) => {
      const asked = askedAgain(req.method, req.url ?? '', req.headers, readsOrigin)
      const hot = asked === null ? undefined : hotFor(asked)
      if (asked === null || hot === undefined) return false
      const jwt = asked.jwt ?? ''
      return asked.isConditional ? answerPlanned(hot, req.headers, jwt, res) : answerWhole(hot, jwt, res)
    },

    keep: ({ method, originalUrl, headers }, again, common) => {
      const asked = askedAgain(method, originalUrl, headers, readsOrigin)
      const jwt = again.viewer?.jwt ?? null
      if (asked === null || asked.jwt !== jwt || !opens(jwt, again.viewer) || !again.isAtHand()) return
      const head = Object.entries(withOwn(common, again.headers)).flat()
      replies.set(asked.name, { again, common, head, text: textOf(again) })
    },
  }
}

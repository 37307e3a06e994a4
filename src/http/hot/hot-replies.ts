import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { LRUCache } from 'lru-cache'
import { restrictsNothing } from '../../domain/access/restrictions.ts'
import type { Viewer } from '../../domain/access/viewer.ts'
import type { MediaTokens } from '../../ports/media-tokens.ts'
import type { Headers } from '../bytes/representation-headers.ts'
import { type Asked, askedAgain } from './asked.ts'

/** What makes a reply one that can be given again without waiting for anything. */
export type Again = {
  /** To whom it was given: he has no restrictions. Whoever may see the same file gets it as well. */
  readonly viewer: Viewer | null
  /** Whether all that it was made from is still what the cache has in memory. */
  readonly isAtHand: () => boolean
  /** The body with another token of the same length; `null` when that takes waiting. */
  readonly bodyFor: (jwt: string) => Uint8Array | null
  /** Bytes that it keeps from being forgotten. */
  readonly size: number
  /** Whether the body is the same for every token. */
  readonly isShared: boolean
}

type Hot = {
  readonly again: Again
  readonly head: ReadonlyArray<string>
  /** The body as one character a byte. */
  readonly text: string | null
}

/** Replies of a moment ago. */
export type HotReplies = {
  /** Answers at once what was answered before, if it can; tells whether it has. */
  readonly answer: (req: IncomingMessage, res: ServerResponse) => boolean
  /** Remembers the reply, a 200, to a request as it came in. */
  readonly keep: (
    request: {
      readonly method: string
      readonly originalUrl: string
      readonly headers: IncomingHttpHeaders
    },
    again: Again,
    headers: Headers,
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

const textOf = ({ isShared, bodyFor }: Again): string | null => {
  const body = isShared ? bodyFor('') : null
  return body === null || body.length > longestText ? null : Buffer.from(body).toString('latin1')
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
      if (asked === null) return false
      const hot = hotFor(asked)
      const body = hot?.text ?? hot?.again.bodyFor(asked.jwt ?? '')
      if (!hot || !body) return false
      res.writeHead(200, hot.head as string[]).end(body, 'latin1')
      return true
    },

    keep: ({ method, originalUrl, headers }, again, head) => {
      const asked = askedAgain(method, originalUrl, headers, readsOrigin)
      const jwt = again.viewer?.jwt ?? null
      if (asked === null || asked.jwt !== jwt || !opens(jwt, again.viewer) || !again.isAtHand()) return
      replies.set(asked.name, { again, head: Object.entries(head).flat(), text: textOf(again) })
    },
  }
}

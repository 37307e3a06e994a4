import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { createBoundedCache } from '../../bounded-cache.ts'
import { restrictsNothing } from '../../domain/access/restrictions.ts'
import type { Viewer } from '../../domain/access/viewer.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Log } from '../../ports/log.ts'
import type { MediaTokens } from '../../ports/media-tokens.ts'
import type { Headers } from '../bytes/representation-headers.ts'
import { secondsUntil } from '../response/reply.ts'
import { parseReplayKey, type ReplayKey } from './parse-replay-key.ts'
import type { Replayable } from './replayable.ts'
import {
  createReplay,
  type Replay,
  type ReplayRequest,
  sizeOfReplay,
  writePlannedReplay,
  writeWholeReplay,
} from './write-replay.ts'

/** Replies of a moment ago. */
export type ReplayCache = {
  /** Answers at once what was answered before, if it can; tells whether it has. Never throws. */
  readonly answer: (req: IncomingMessage, res: ServerResponse) => boolean
  /** Keeps how a request, as it came in, was answered; `common` is what the reply would have whatever its status. */
  readonly keep: (
    request: {
      readonly method: string
      readonly originalUrl: string
      readonly headers: IncomingHttpHeaders
    },
    reply: Replayable,
    common: Headers,
  ) => void
}

type Options = {
  readonly tokens: MediaTokens
  readonly clock: Clock
  readonly log: Log
  /** Of what replies keep, with their names. */
  readonly maxBytes: number
  /** Whether the headers of replies tell where requests come from. */
  readonly readsOrigin: boolean
}

/** Of a URL without its token and what stands beside it in a name: longer ones are asked for to fill memory (V4). */
const longestName = 2048

const withoutToken: ReplayRequest = { jwt: '', secondsLeft: 0 }

const causeOf = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error)

/**
 * Replies that were made a moment ago, in front of the routes (docs/decisions/0011). One is given again only to a
 * caller whose token is good now and opens the same file without restriction, and only while every value that it was
 * made from is still in memory and has not changed: so it is never staler than the cache, and shows nobody more.
 * A fault in here costs one slow request: the reply is dropped, and the routes answer (V1).
 */
export const createReplayCache = ({ tokens, clock, log, maxBytes, readsOrigin }: Options): ReplayCache => {
  const replies = createBoundedCache<Replay>({ maxBytes, sizeOf: sizeOfReplay })

  /** Who asks, when the reply to this viewer is a reply to them, too. */
  const askerFor = (jwt: string | null, viewer: Viewer | null): ReplayRequest | null => {
    if (jwt === null || viewer === null) return jwt === viewer ? withoutToken : null
    const grant = tokens.verifiedGrant(viewer.kind, jwt)
    if (grant?.sub !== viewer.grant.sub || !restrictsNothing(grant.restrictions)) return null
    return { jwt, secondsLeft: secondsUntil(grant.exp, clock) }
  }

  const replay = (
    { name, jwt, isConditional }: ReplayKey,
    req: IncomingMessage,
    res: ServerResponse,
  ): boolean => {
    const kept = replies.get(name)
    if (kept === undefined) return false
    const asker = askerFor(jwt, kept.reply.viewer)
    if (asker === null) return false
    if (!kept.reply.isStillCached()) {
      replies.delete(name)
      return false
    }
    return isConditional
      ? writePlannedReplay(kept, req.headers, asker, res)
      : writeWholeReplay(kept, asker, res)
  }

  return {
    answer: (req, res) => {
      let asked: ReplayKey | null = null
      try {
        asked = parseReplayKey(req.method, req.url ?? '', req.headers, readsOrigin)
        return asked !== null && replay(asked, req, res)
      } catch (error) {
        if (asked !== null) replies.delete(asked.name)
        log.error('replay.broken', { cause: causeOf(error) })
        // Once a head is written no other code can write one: a broken connection, and never a wrong body.
        if (res.headersSent) res.destroy()
        return res.headersSent
      }
    },

    keep: ({ method, originalUrl, headers }, reply, common) => {
      try {
        const asked = parseReplayKey(method, originalUrl, headers, readsOrigin)
        const jwt = reply.viewer?.jwt ?? null
        if (asked === null || asked.jwt !== jwt || asked.name.length > longestName) return
        if (askerFor(jwt, reply.viewer) !== null && reply.isStillCached())
          replies.set(asked.name, createReplay(reply, common))
      } catch (error) {
        log.error('replay.broken', { cause: causeOf(error) })
      }
    },
  }
}

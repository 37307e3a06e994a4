import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { createBoundedCache } from '../../bounded-cache.ts'
import type { CheckedMediaTokens } from '../../domain/access/checked-media-tokens.ts'
import { isUnrestricted } from '../../domain/access/restrictions.ts'
import type { Viewer } from '../../domain/access/viewer.ts'
import { errorStack } from '../../domain/shared/error-text.ts'
import type { OpenStreams } from '../../domain/shared/open-streams.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Log } from '../../ports/log.ts'
import type { Headers } from '../bytes/representation-headers.ts'
import { breakOnTakedown } from '../response/break-on-takedown.ts'
import { secondsUntilExpiry } from '../response/reply.ts'
import { parseReplayKey, type ReplayKey } from './parse-replay-key.ts'
import type { Replayable } from './replayable.ts'
import {
  type CallerToken,
  createReplay,
  type Replay,
  sizeOfReplay,
  writeConditionalReplay,
  writeFullReplay,
} from './write-replay.ts'

/** A cache of recent replies, in front of the routes. */
export type ReplayCache = {
  /** Replays a stored reply if possible. Returns whether it has replied. Never throws. */
  readonly answer: (req: IncomingMessage, res: ServerResponse) => boolean
  /**
   * Stores the reply to `request`. The headers and URL of `request` must be as they were received. `common`
   * contains the headers that do not depend on the status.
   */
  readonly store: (
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
  readonly checkedTokens: CheckedMediaTokens
  readonly openStreams: OpenStreams
  readonly clock: Clock
  readonly log: Log
  /** Maximum size of all replies and their names, in bytes. */
  readonly maxBytes: number
  /** Whether reply headers depend on the Origin header of the request. */
  readonly readsOrigin: boolean
}

/**
 * Maximum length of a name without the token, in characters. Longer names are not stored, because clients
 * could use them to fill the memory (V4).
 */
const maxNameLength = 2048

const withoutToken: CallerToken = { jwt: '', secondsLeft: 0 }

/**
 * Replays recent replies without the routes (docs/decisions/0011). A caller gets a stored reply only if their
 * token is valid now and opens the same file without restrictions, and only while every value behind the
 * reply is unchanged in memory. So a replay is never older than the values in the cache, and never reveals
 * more than the routes would. A fault in this code costs one slow request: the reply is evicted, and the
 * routes reply instead (V1).
 */
export const createReplayCache = ({
  checkedTokens,
  openStreams,
  clock,
  log,
  maxBytes,
  readsOrigin,
}: Options): ReplayCache => {
  const replies = createBoundedCache<Replay>({ maxBytes, sizeOf: sizeOfReplay })

  /** Returns the caller if they may get the reply that was stored for `viewer`; otherwise `null`. */
  const authorize = (jwt: string | null, viewer: Viewer | null): CallerToken | null => {
    if (jwt === null || viewer === null) return jwt === viewer ? withoutToken : null
    const grant = checkedTokens.verifiedGrant(viewer.kind, jwt)
    if (grant?.sub !== viewer.grant.sub || !isUnrestricted(grant.restrictions)) return null
    return { jwt, secondsLeft: secondsUntilExpiry(grant.exp, clock) }
  }

  const replay = (
    { name, jwt, isConditional }: ReplayKey,
    req: IncomingMessage,
    res: ServerResponse,
  ): boolean => {
    const stored = replies.get(name)
    if (stored === undefined) return false
    const caller = authorize(jwt, stored.reply.viewer)
    if (caller === null) return false
    if (!stored.reply.isStillCached()) {
      replies.delete(name)
      return false
    }
    // The values behind the reply are unchanged at this moment.
    if (stored.file !== null)
      breakOnTakedown(openStreams, { file: stored.file, since: openStreams.moment() }, res)
    return isConditional
      ? writeConditionalReplay(stored, req.headers, caller, res)
      : writeFullReplay(stored, caller, res)
  }

  return {
    answer: (req, res) => {
      let key: ReplayKey | null = null
      try {
        key = parseReplayKey(req.method, req.url ?? '', req.headers, readsOrigin)
        return key !== null && replay(key, req, res)
      } catch (error) {
        if (key !== null) replies.delete(key.name)
        log.error('replay.broken', { cause: errorStack(error) })
        // After the head was sent, the routes can no longer reply. A broken connection is better than a wrong
        // body, so the connection is closed.
        if (res.headersSent) res.destroy()
        return res.headersSent
      }
    },

    store: ({ method, originalUrl, headers }, reply, common) => {
      try {
        const key = parseReplayKey(method, originalUrl, headers, readsOrigin)
        const jwt = reply.viewer?.jwt ?? null
        if (key === null || key.jwt !== jwt || key.name.length > maxNameLength) return
        if (authorize(jwt, reply.viewer) !== null && reply.isStillCached())
          replies.set(key.name, createReplay(reply, common))
      } catch (error) {
        log.error('replay.broken', { cause: errorStack(error) })
      }
    },
  }
}

import type { RouterContext, RouterMiddleware } from '@koa/router'
import type { OutageLog } from '../domain/health/outage-log.ts'
import type { ByteStream } from '../domain/media/bytes.ts'
import type { BadOrigin, DomainError, Overloaded, Unavailable } from '../domain/shared/errors.ts'
import type { OpenStreams } from '../domain/shared/open-streams.ts'
import { fromStreamError } from '../domain/shared/stream-failure.ts'
import { E, type TE } from '../fp.ts'
import type { BlobStream } from '../ports/blob-cache.ts'
import type { Log } from '../ports/log.ts'
import type { Monotonic } from '../ports/monotonic.ts'
import { answerWithBody, answerWithoutBody } from './answer-request.ts'
import type { Headers } from './bytes/representation-headers.ts'
import type { HttpLimits } from './http-limits.ts'
import { type Deadline, startDeadline } from './middleware/deadline.ts'
import type { RefusalReason, Refusals } from './middleware/refusal-counts.ts'
import type { RouteOutline } from './openapi/route-outline.ts'
import type { ReplayCache } from './replay/replay-cache.ts'
import { parameterNames } from './request/parameter-names.ts'
import { pathParamsOf } from './request/path-params.ts'
import { pathTokenOf } from './request/path-token.ts'
import { parseQuery } from './request/read-query.ts'
import type { ReadBody, RequestBody } from './request/request-body.ts'
import type { RequestFault } from './request/request-faults.ts'
import { baseHeadersOf, setBaseHeaders } from './response/base-headers.ts'
import { breakOnTakedown } from './response/break-on-takedown.ts'
import { toErrorReply } from './response/error-replies.ts'
import { joinHeaders } from './response/join-headers.ts'
import type { BufferedReply, Reply, StreamedBody } from './response/reply.ts'
import { createReplyBuffers, type ReplyBuffers } from './response/reply-buffers.ts'
import {
  createCacheTelemetry,
  type ResponseTelemetry,
  startTiming,
  withZeroTiming,
} from './response/response-telemetry.ts'
import { isStreamedBody, mergeHeaders, writeHead, writeReply } from './response/response-writer.ts'
import { type StartedStream, sendStream, startStream } from './response/send-stream.ts'
import type { Route } from './route.ts'

export type RouteMiddleware = {
  readonly middleware: RouterMiddleware
  /** Maximum length in bytes of a request body that the route reads; `null` if the route reads no body. */
  readonly maxBodyBytes: number | null
  readonly outline: RouteOutline
}

export type RouteHandler = <C, P, Q, B>(route: Route<C, P, Q, B>) => RouteMiddleware

const withoutReplay = ({ replay: _, ...reply }: Reply): Reply => reply

const varyByAuthorization: Headers = { Vary: 'Authorization' }

type Deps = {
  readonly log: Log
  readonly outages: OutageLog
  readonly responseTelemetry: ResponseTelemetry
  readonly replayCache: ReplayCache
  readonly openStreams: OpenStreams
  readonly refusals: Refusals
  readonly limits: Pick<HttpLimits, 'replyMilliseconds' | 'bodyBytes' | 'requestMilliseconds'>
  readonly monotonic: Monotonic
}

type BodyStream = ByteStream & Partial<BlobStream>
type OpenedBody =
  | { readonly _tag: 'Ready'; readonly bytes: Uint8Array; readonly stream: BodyStream }
  | { readonly _tag: 'Started'; readonly started: StartedStream; readonly stream: BodyStream }

/**
 * Opens the body of a reply and waits for its first bytes, so that a failure before these bytes still gets an
 * error status.
 */
const openBody =
  (
    body: StreamedBody,
    buffers: ReplyBuffers,
    onArriving: () => void,
  ): TE.TaskEither<BadOrigin | Overloaded | Unavailable, OpenedBody> =>
  async () => {
    const opened = await body.open(onArriving)
    if (E.isLeft(opened)) return opened
    const stream: BodyStream = opened.right
    if (stream.buffer) return E.right({ _tag: 'Ready', bytes: stream.buffer, stream })
    const started = await startStream(stream, buffers)
    return E.isLeft(started) ? started : E.right({ _tag: 'Started', started: started.right, stream })
  }

/** Releases the body of a reply that was opened after the deadline. */
const release = (body: OpenedBody): void => {
  if (body._tag === 'Started') body.started.pieces.release(true)
}

const refusalReasonOf = (error: DomainError | RequestFault): RefusalReason | null => {
  if (error._tag === 'Forbidden') return error.reason
  if (error._tag === 'MissingCredential') return 'not_set'
  return error._tag === 'MalformedCredential' ? 'bad_format' : null
}

/** Creates the only function that decodes requests and writes replies; routes never touch `ctx`. */
export const createRouteHandler = ({
  log,
  outages,
  responseTelemetry,
  replayCache,
  openStreams,
  refusals,
  limits,
  monotonic,
}: Deps): RouteHandler => {
  const cacheHeaders = createCacheTelemetry(responseTelemetry)
  const buffers = createReplyBuffers()

  const report = (error: DomainError | RequestFault, ctx: RouterContext): void => {
    const route = String(ctx._matchedRoute)
    if (error._tag === 'Unavailable') outages.failed(error.dependency, { route, cause: String(error.cause) })
    if (error._tag === 'BadOrigin') log.error('request.bad_origin', { route, what: error.what })
    const reason = refusalReasonOf(error)
    if (reason === null) return
    refusals.count(reason)
    log.debug('request.refused', { route, reason })
  }

  const refuse = (ctx: RouterContext, error: DomainError | RequestFault): void => {
    report(error, ctx)
    writeReply(ctx, toErrorReply(error))
  }

  /**
   * Writes a reply whose body is in memory, and stores the reply in the replay cache if it can be replayed.
   */
  const writeReady = (ctx: RouterContext, reply: BufferedReply, extra: Headers): void => {
    writeReply(ctx, { ...reply, headers: joinHeaders(reply.headers, extra) })
    if (reply.replay !== undefined)
      replayCache.store(ctx, reply.replay, mergeHeaders(baseHeadersOf(ctx), withZeroTiming(extra)))
  }

  const write = async (
    ctx: RouterContext,
    reply: Reply,
    timing: (phase: string) => Headers,
    deadline: Deadline,
  ): Promise<void> => {
    const { status, body, ofFile } = reply
    const lookup = joinHeaders(cacheHeaders(reply), timing('find'))
    if (!isStreamedBody(body)) return writeReady(ctx, { ...reply, body }, lookup)
    if (ctx.method === 'HEAD') return writeReady(ctx, { ...reply, body: null }, lookup)
    if (ofFile !== undefined && !breakOnTakedown(openStreams, ofFile, ctx.res)) {
      ctx.respond = false
      return
    }
    const opened = await deadline.inTime(openBody(body, buffers, deadline.extend), 'object store', release)()
    // After a takedown the objects may be gone, which is no damage.
    const isTakenDown = () => ofFile !== undefined && openStreams.isEnded(ofFile.file, ofFile.since)
    if (E.isLeft(opened)) {
      if (!isTakenDown()) return refuse(ctx, opened.left)
      ctx.respond = false
      ctx.res.destroy()
      return
    }
    const extra = joinHeaders(lookup, cacheHeaders(opened.right.stream))
    if (opened.right._tag === 'Ready') return writeReady(ctx, { ...reply, body: opened.right.bytes }, extra)
    writeHead(ctx, { status, headers: joinHeaders(joinHeaders(reply.headers, extra), timing('open')) })
    await sendStream(opened.right.started, ctx.res).catch((cause) => {
      if (!isTakenDown()) report(fromStreamError(cause), ctx)
    })
  }

  /** Returns the function that reads the body of a request; `null` if the route reads no body. */
  const bodyReaderOf = <B>(
    body: RequestBody<B> | undefined,
  ): { readonly maxBytes: number; readonly read: ReadBody<B> } | null => {
    if (body === undefined) return null
    const maxBytes = body.maxBytes === null ? Infinity : Math.min(body.maxBytes, limits.bodyBytes)
    const milliseconds = limits.requestMilliseconds
    return { maxBytes, read: body.createReader({ maxBytes, milliseconds, monotonic }) }
  }

  return (route) => {
    // Query parameters that the route does not know do not change a reply. If they were part of cache keys, a
    // client could fill the cache (V4).
    const knownNames = new Set(['jwt', ...parameterNames(route.query)])
    const reader = bodyReaderOf(route.body)

    const middleware: RouterMiddleware = async (ctx) => {
      const timing = startTiming(responseTelemetry)
      const { method, headers } = ctx
      const query = parseQuery(ctx.querystring)
      const base = baseHeadersOf(ctx)
      if (route.credential.readsAuthorization) setBaseHeaders(ctx, mergeHeaders(base, varyByAuthorization))
      const incoming = { method, pathToken: pathTokenOf(ctx), params: pathParamsOf(ctx), query, headers }
      const deadline = startDeadline(limits.replyMilliseconds, monotonic)
      const answer =
        reader === null
          ? deadline.inTime(answerWithoutBody(route, incoming), 'database')
          : answerWithBody(route, incoming, reader.read(ctx), deadline)
      const outcome = await answer()
      if (E.isLeft(outcome)) return refuse(ctx, outcome.left)
      const reply = outcome.right
      if (reply.isPublic === true) setBaseHeaders(ctx, base)
      const isReplayable = Object.keys(query).every((name) => knownNames.has(name))
      await write(ctx, isReplayable ? reply : withoutReplay(reply), timing, deadline)
    }
    return { middleware, maxBodyBytes: reader?.maxBytes ?? null, outline: route }
  }
}

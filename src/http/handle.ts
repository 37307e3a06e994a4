import type { RouterContext, RouterMiddleware } from '@koa/router'
import type * as t from 'io-ts'
import type { OutageLog } from '../domain/health/outage-log.ts'
import type { ByteStream } from '../domain/media/bytes.ts'
import { type BadOrigin, type DomainError, forbidden, type Unavailable } from '../domain/shared/errors.ts'
import { fromStreamError } from '../domain/shared/stream-failure.ts'
import { E, type TE } from '../fp.ts'
import type { BlobStream } from '../ports/blob-cache.ts'
import type { Log } from '../ports/log.ts'
import type { Headers } from './bytes/representation-headers.ts'
import type { Limits } from './limits.ts'
import { type Deadline, startDeadline } from './middleware/deadline.ts'
import type { RefusalReason, Refusals } from './middleware/refusals.ts'
import type { ReplayCache } from './replay/replay-cache.ts'
import type { Credentials } from './request/credential.ts'
import type { Incoming } from './request/incoming.ts'
import { parameterNames } from './request/parameter-names.ts'
import { pathTokenOf } from './request/path-token.ts'
import { readQuery } from './request/read-query.ts'
import { baseHeadersOf, setBaseHeaders } from './response/base-headers.ts'
import { type HttpError, notSet, unprocessable } from './response/http-error.ts'
import { joinHeaders } from './response/join-headers.ts'
import { fromError, type ReadyReply, type Reply, type StreamedBody } from './response/reply.ts'
import { createReplyBuffers, type ReplyBuffers } from './response/reply-buffers.ts'
import {
  createCacheTelemetry,
  type ResponseTelemetry,
  startTiming,
  withZeroTiming,
} from './response/response-telemetry.ts'
import { isStreamed, mergeHeaders, writeHead, writeReply } from './response/response-writer.ts'
import { type StartedStream, sendStream, startStream } from './response/send-stream.ts'

export type Route<C, P, Q> = {
  readonly credential: Credentials<C>
  /** Path parameters. An invalid one gets the reply for one that does not exist (http-api.md §1.2, §2.5). */
  readonly params: t.Type<P, unknown, unknown>
  readonly query: t.Type<Q, unknown, unknown>
  /**
   * Succeeds if a caller without a credential may learn that a parameter is wrong, as for public files. A
   * route without this check asks for a token first.
   */
  readonly checkAnonymous?: (
    params: P,
    query: Incoming['query'],
  ) => TE.TaskEither<DomainError | HttpError, unknown>
  readonly handler: (input: {
    readonly credential: C
    readonly params: P
    readonly query: Q
    readonly incoming: Incoming
  }) => TE.TaskEither<DomainError | HttpError, Reply>
}

export type RouteHandler = <C, P, Q>(route: Route<C, P, Q>) => RouterMiddleware

const toUnprocessable = (errors: t.Errors): HttpError =>
  unprocessable(
    errors.map(({ context, message }) => {
      const [, ...path] = context
      return {
        // The context of an intersection contains the index of each member codec as a key.
        loc: ['query', ...path.map(({ key }) => key).filter((key) => !/^\d+$/.test(key))],
        msg: message ?? 'is invalid',
        type: path.at(-1)?.type.name ?? 'query',
      }
    }),
  )

type Answer = {
  readonly reply: Reply
  /** The caller sent no credential and needed none. */
  readonly isAnonymous: boolean
}

/** The error for an invalid query. It reveals nothing about files that are not public. */
const queryError = async <C, P, Q>(
  { checkAnonymous }: Route<C, P, Q>,
  isAnonymous: boolean,
  params: P,
  incoming: Incoming,
  errors: t.Errors,
): Promise<DomainError | HttpError> => {
  if (!isAnonymous) return toUnprocessable(errors)
  const check = await checkAnonymous?.(params, incoming.query)()
  if (check === undefined) return notSet
  if (E.isRight(check)) return toUnprocessable(errors)
  return check.left._tag === 'Forbidden' ? notSet : check.left
}

/** Authenticates before it decodes, so that a caller without a token learns nothing (http-api.md §1.4). */
const answer =
  <C, P, Q>(route: Route<C, P, Q>, incoming: Incoming): TE.TaskEither<DomainError | HttpError, Answer> =>
  async () => {
    const { credential, params, query, handler } = route
    const authenticated = await credential.authenticate(incoming)()
    if (E.isLeft(authenticated)) return authenticated
    const isAnonymous = authenticated.right === null
    const path = params.decode(incoming.params)
    if (E.isLeft(path)) return E.left(isAnonymous ? notSet : forbidden('other_subject'))
    const args = query.decode(incoming.query)
    if (E.isLeft(args)) return E.left(await queryError(route, isAnonymous, path.right, incoming, args.left))
    const input = { credential: authenticated.right, params: path.right, query: args.right, incoming }
    const handled = await handler(input)()
    return E.isLeft(handled) ? handled : E.right({ reply: handled.right, isAnonymous })
  }

const withoutReplay = ({ replay: _, ...reply }: Reply): Reply => reply

const varyByAuthorization: Headers = { Vary: 'Authorization' }

type Deps = {
  readonly log: Log
  readonly outages: OutageLog
  readonly telling: ResponseTelemetry
  readonly replayCache: ReplayCache
  readonly refusals: Refusals
  readonly limits: Pick<Limits, 'replyMilliseconds'>
  /** Monotonic clock (milliseconds). */
  readonly now: () => number
}

type BodyStream = ByteStream & Partial<BlobStream>
type OpenedBody =
  | { readonly _tag: 'Ready'; readonly bytes: Uint8Array; readonly stream: BodyStream }
  | { readonly _tag: 'Started'; readonly started: StartedStream; readonly stream: BodyStream }

/** Opens the body and waits for its first bytes, so that an early failure still gets an error status. */
const openBody =
  (
    body: StreamedBody,
    buffers: ReplyBuffers,
    onArriving: () => void,
  ): TE.TaskEither<BadOrigin | Unavailable, OpenedBody> =>
  async () => {
    const opened = await body.open(onArriving)
    if (E.isLeft(opened)) return opened
    const stream: BodyStream = opened.right
    if (stream.buffer) return E.right({ _tag: 'Ready', bytes: stream.buffer, stream })
    const started = await startStream(stream, buffers)
    return E.isLeft(started) ? started : E.right({ _tag: 'Started', started: started.right, stream })
  }

/** Releases a body that was opened after the deadline. */
const release = (body: OpenedBody): void => {
  if (body._tag === 'Started') body.started.pieces.release(true)
}

const refusalReasonOf = (error: DomainError | HttpError): RefusalReason | null => {
  if (error._tag === 'Forbidden') return error.reason
  if (error._tag === 'NotSet') return 'not_set'
  return error._tag === 'BadFormat' ? 'bad_format' : null
}

/** Creates the only function that decodes requests and writes replies; routes never touch `ctx`. */
export const createRouteHandler = ({
  log,
  outages,
  telling,
  replayCache,
  refusals,
  limits,
  now,
}: Deps): RouteHandler => {
  const cacheHeaders = createCacheTelemetry(telling)
  const buffers = createReplyBuffers()

  const report = (error: DomainError | HttpError, ctx: RouterContext): void => {
    const route = String(ctx._matchedRoute)
    if (error._tag === 'Unavailable') outages.failed(error.dependency, { route, cause: String(error.cause) })
    if (error._tag === 'BadOrigin') log.error('request.bad_origin', { route, what: error.what })
    const reason = refusalReasonOf(error)
    if (reason === null) return
    refusals.count(reason)
    log.debug('request.refused', { route, reason })
  }

  const refuse = (ctx: RouterContext, error: DomainError | HttpError): void => {
    report(error, ctx)
    writeReply(ctx, fromError(error))
  }

  /** Writes a reply whose body is in memory, and stores it in the replay cache if it is replayable. */
  const writeReady = (ctx: RouterContext, reply: ReadyReply, extra: Headers): void => {
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
    const { status, body } = reply
    const lookup = joinHeaders(cacheHeaders(reply), timing('find'))
    if (!isStreamed(body)) return writeReady(ctx, { ...reply, body }, lookup)
    if (ctx.method === 'HEAD') return writeReady(ctx, { ...reply, body: null }, lookup)
    const opened = await deadline.inTime(openBody(body, buffers, deadline.extend), 'object store', release)()
    if (E.isLeft(opened)) return refuse(ctx, opened.left)
    const extra = joinHeaders(lookup, cacheHeaders(opened.right.stream))
    if (opened.right._tag === 'Ready') return writeReady(ctx, { ...reply, body: opened.right.bytes }, extra)
    writeHead(ctx, { status, headers: joinHeaders(joinHeaders(reply.headers, extra), timing('open')) })
    await sendStream(opened.right.started, ctx.res).catch((cause) => {
      report(fromStreamError(cause), ctx)
    })
  }

  return (route) => {
    // Unknown parameters do not change a reply. As cache keys they would let a client fill the cache (V4).
    const knownNames = new Set(['jwt', ...parameterNames(route.query)])

    return async (ctx) => {
      const timing = startTiming(telling)
      const { method, params, headers } = ctx
      const query = readQuery(ctx.querystring)
      const base = baseHeadersOf(ctx)
      if (route.credential.readsAuthorization) setBaseHeaders(ctx, mergeHeaders(base, varyByAuthorization))
      const incoming = { method, pathToken: pathTokenOf(ctx), params, query, headers }
      const deadline = startDeadline(limits.replyMilliseconds, now)
      const outcome = await deadline.inTime(answer(route, incoming), 'database')()
      if (E.isLeft(outcome)) return refuse(ctx, outcome.left)
      const { reply, isAnonymous } = outcome.right
      // A public file is the same for every caller, so shared caches may store it: no `Vary: Authorization`.
      if (isAnonymous) setBaseHeaders(ctx, base)
      const isReplayable = Object.keys(query).every((name) => knownNames.has(name))
      await write(ctx, isReplayable ? reply : withoutReplay(reply), timing, deadline)
    }
  }
}

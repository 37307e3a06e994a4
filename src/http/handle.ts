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
  /** Of the path. One that does not fit is like one that is not there (http-api.md §1.2, §2.5). */
  readonly params: t.Type<P, unknown, unknown>
  readonly query: t.Type<Q, unknown, unknown>
  /**
   * Whether a caller without a credential may learn that a parameter is wrong: of what is public. Without it they are
   * asked for a token first.
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

const faults = (errors: t.Errors): HttpError =>
  unprocessable(
    errors.map(({ context, message }) => {
      const [, ...path] = context
      return {
        // Among the keys are the numbers of the codecs of an intersection.
        loc: ['query', ...path.map(({ key }) => key).filter((key) => !/^\d+$/.test(key))],
        msg: message ?? 'is not as it should be',
        type: path.at(-1)?.type.name ?? 'query',
      }
    }),
  )

type Answer = {
  readonly reply: Reply
  /** The caller brought no credential, and needed none. */
  readonly isAnonymous: boolean
}

/** The fault of a caller whose parameters do not decode. */
const misasked = async <C, P, Q>(
  { checkAnonymous }: Route<C, P, Q>,
  isAnonymous: boolean,
  params: P,
  incoming: Incoming,
  errors: t.Errors,
): Promise<DomainError | HttpError> => {
  if (!isAnonymous) return faults(errors)
  const permitted = await checkAnonymous?.(params, incoming.query)()
  if (permitted === undefined) return notSet
  if (E.isRight(permitted)) return faults(errors)
  return permitted.left._tag === 'Forbidden' ? notSet : permitted.left
}

/** Authenticate, then decode, then run (in this order: an unknown client learns nothing, http-api.md §1.4). */
const answer =
  <C, P, Q>(route: Route<C, P, Q>, incoming: Incoming): TE.TaskEither<DomainError | HttpError, Answer> =>
  async () => {
    const { credential, params, query, handler } = route
    const proven = await credential.authenticate(incoming)()
    if (E.isLeft(proven)) return proven
    const isAnonymous = proven.right === null
    const named = params.decode(incoming.params)
    if (E.isLeft(named)) return E.left(isAnonymous ? notSet : forbidden('other_subject'))
    const asked = query.decode(incoming.query)
    if (E.isLeft(asked)) return E.left(await misasked(route, isAnonymous, named.right, incoming, asked.left))
    const input = { credential: proven.right, params: named.right, query: asked.right, incoming }
    const replied = await handler(input)()
    return E.isLeft(replied) ? replied : E.right({ reply: replied.right, isAnonymous })
  }

const notReplayable = ({ again: _, ...reply }: Reply): Reply => reply

const varyByAuthorization: Headers = { Vary: 'Authorization' }

type Deps = {
  readonly log: Log
  readonly outages: OutageLog
  readonly telling: ResponseTelemetry
  readonly replayCache: ReplayCache
  readonly refusals: Refusals
  readonly limits: Pick<Limits, 'replyMilliseconds'>
  /** Milliseconds, by a clock that never goes back. */
  readonly now: () => number
}

type Told = ByteStream & Partial<BlobStream>
type OpenedBody =
  | { readonly _tag: 'AtHand'; readonly bytes: Uint8Array; readonly stream: Told }
  | { readonly _tag: 'Started'; readonly started: StartedStream; readonly stream: Told }

/** Opens the body, and waits for its first bytes. */
const openBody =
  (
    body: StreamedBody,
    buffers: ReplyBuffers,
    onArriving: () => void,
  ): TE.TaskEither<BadOrigin | Unavailable, OpenedBody> =>
  async () => {
    const opened = await body.open(onArriving)
    if (E.isLeft(opened)) return opened
    const stream: Told = opened.right
    if (stream.buffer) return E.right({ _tag: 'AtHand', bytes: stream.buffer, stream })
    const started = await startStream(stream, buffers)
    return E.isLeft(started) ? started : E.right({ _tag: 'Started', started: started.right, stream })
  }

/** Of a body that came too late. */
const letGo = (body: OpenedBody): void => {
  if (body._tag === 'Started') body.started.pieces.done(true)
}

const reasonOf = (error: DomainError | HttpError): RefusalReason | null => {
  if (error._tag === 'Forbidden') return error.reason
  if (error._tag === 'NotSet') return 'not_set'
  return error._tag === 'BadFormat' ? 'bad_format' : null
}

/** Makes the one function that decodes requests and writes replies: nothing else touches `ctx`. */
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

  const tell = (error: DomainError | HttpError, ctx: RouterContext): void => {
    const route = String(ctx._matchedRoute)
    if (error._tag === 'Unavailable') outages.failed(error.dependency, { route, cause: String(error.cause) })
    if (error._tag === 'BadOrigin') log.error('request.bad_origin', { route, what: error.what })
    const reason = reasonOf(error)
    if (reason === null) return
    refusals.count(reason)
    log.debug('request.refused', { route, reason })
  }

  const refuse = (ctx: RouterContext, error: DomainError | HttpError): void => {
    tell(error, ctx)
    writeReply(ctx, fromError(error))
  }

  /** What is at hand, with what is told of it; it is kept if it can be given again. */
  const writeReady = (ctx: RouterContext, reply: ReadyReply, told: Headers): void => {
    writeReply(ctx, { ...reply, headers: joinHeaders(reply.headers, told) })
    if (reply.again !== undefined)
      replayCache.keep(ctx, reply.again, mergeHeaders(baseHeadersOf(ctx), withZeroTiming(told)))
  }

  const write = async (
    ctx: RouterContext,
    reply: Reply,
    timing: (phase: string) => Headers,
    deadline: Deadline,
  ): Promise<void> => {
    const { status, body } = reply
    const found = joinHeaders(cacheHeaders(reply), timing('find'))
    if (!isStreamed(body)) return writeReady(ctx, { ...reply, body }, found)
    if (ctx.method === 'HEAD') return writeReady(ctx, { ...reply, body: null }, found)
    const opened = await deadline.inTime(openBody(body, buffers, deadline.extend), 'object store', letGo)()
    if (E.isLeft(opened)) return refuse(ctx, opened.left)
    const told = joinHeaders(found, cacheHeaders(opened.right.stream))
    if (opened.right._tag === 'AtHand') return writeReady(ctx, { ...reply, body: opened.right.bytes }, told)
    writeHead(ctx, { status, headers: joinHeaders(joinHeaders(reply.headers, told), timing('open')) })
    await sendStream(opened.right.started, ctx.res).catch((cause) => {
      tell(fromStreamError(cause), ctx)
    })
  }

  return (route) => {
    // Parameters that no codec knows do not change a reply, and would be keys that a client writes (V4).
    const known = new Set(['jwt', ...parameterNames(route.query)])

    return async (ctx) => {
      const timing = startTiming(telling)
      const { method, params, headers } = ctx
      const query = readQuery(ctx.querystring)
      const base = baseHeadersOf(ctx)
      if (route.credential.readsAuthorization) setBaseHeaders(ctx, mergeHeaders(base, varyByAuthorization))
      const incoming = { method, pathToken: pathTokenOf(ctx), params, query, headers }
      const deadline = startDeadline(limits.replyMilliseconds, now)
      const answered = await deadline.inTime(answer(route, incoming), 'database')()
      if (E.isLeft(answered)) return refuse(ctx, answered.left)
      const { reply, isAnonymous } = answered.right
      // A public file is the same for everybody, and any cache may give it to them.
      if (isAnonymous) setBaseHeaders(ctx, base)
      const isKnown = Object.keys(query).every((name) => known.has(name))
      await write(ctx, isKnown ? reply : notReplayable(reply), timing, deadline)
    }
  }
}

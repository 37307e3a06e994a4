import type { RouterContext, RouterMiddleware } from '@koa/router'
import type * as t from 'io-ts'
import type { OutageLog } from '../domain/health/outage-log.ts'
import type { ByteStream } from '../domain/shared/bytes.ts'
import { type DomainError, forbidden } from '../domain/shared/errors.ts'
import { failureThrown } from '../domain/shared/stream-failure.ts'
import { E, type TE } from '../fp.ts'
import type { BlobStream } from '../ports/blob-cache.ts'
import type { Log } from '../ports/log.ts'
import { baseHeadersOf } from './base-headers.ts'
import type { Headers } from './bytes/representation-headers.ts'
import type { Authenticate } from './credential.ts'
import type { HotReplies } from './hot/hot-replies.ts'
import { type HttpError, notSet, unprocessable } from './http-error.ts'
import type { Incoming } from './incoming.ts'
import { joinHeaders } from './join-headers.ts'
import { pathTokenOf } from './path-token.ts'
import { fromError, type ReadyReply, type Reply } from './reply.ts'
import { createReplyBuffers } from './reply-buffers.ts'
import { sendStream, startStream } from './send-stream.ts'
import { atOnce, createCacheTelling, startTiming, type Telling } from './telling.ts'
import { isStreamed, withOwn, writeHead, writeReply } from './write-reply.ts'

export type Route<C, P, Q> = {
  readonly credential: Authenticate<C>
  /** Of the path. One that does not fit is like one that is not there (http-api.md §1.2, §2.5). */
  readonly params: t.Type<P, unknown, unknown>
  readonly query: t.Type<Q, unknown, unknown>
  readonly run: (input: {
    readonly credential: C
    readonly params: P
    readonly query: Q
    readonly incoming: Incoming
  }) => TE.TaskEither<DomainError | HttpError, Reply>
}

export type Handle = <C, P, Q>(route: Route<C, P, Q>) => RouterMiddleware

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

/** Authenticate, then decode, then run (in this order: a stranger learns nothing, http-api.md §1.4). */
const answer = async <C, P, Q>(
  { credential, params, query, run }: Route<C, P, Q>,
  incoming: Incoming,
): Promise<E.Either<DomainError | HttpError, Reply>> => {
  const proven = await credential(incoming)()
  if (E.isLeft(proven)) return proven
  const named = params.decode(incoming.params)
  if (E.isLeft(named)) return E.left(proven.right === null ? notSet : forbidden('other_subject'))
  const asked = query.decode(incoming.query)
  if (E.isLeft(asked)) return E.left(proven.right === null ? notSet : faults(asked.left))
  return run({ credential: proven.right, params: named.right, query: asked.right, incoming })()
}

type Deps = {
  readonly log: Log
  readonly outages: OutageLog
  readonly telling: Telling
  readonly hotReplies: HotReplies
}

/** Makes the one function that decodes requests and writes replies: nothing else touches `ctx`. */
export const createHandle = ({ log, outages, telling, hotReplies }: Deps): Handle => {
  const cacheHeaders = createCacheTelling(telling)
  const buffers = createReplyBuffers()

  const tell = (error: DomainError | HttpError, ctx: RouterContext): void => {
    const route = String(ctx._matchedRoute)
    if (error._tag === 'Unavailable') outages.failed(error.dependency, { route, cause: String(error.cause) })
    if (error._tag === 'BadOrigin') log.error('request.bad_origin', { route, what: error.what })
  }

  const refuse = (ctx: RouterContext, error: DomainError | HttpError): void => {
    tell(error, ctx)
    writeReply(ctx, fromError(error))
  }

  /** What is at hand, with what is told of it; it is kept if it can be given again. */
  const writeReady = (ctx: RouterContext, reply: ReadyReply, told: Headers): void => {
    writeReply(ctx, { ...reply, headers: joinHeaders(reply.headers, told) })
    if (reply.again !== undefined)
      hotReplies.keep(ctx, reply.again, withOwn(baseHeadersOf(ctx), atOnce(told)))
  }

  const write = async (
    ctx: RouterContext,
    reply: Reply,
    timing: (phase: string) => Headers,
  ): Promise<void> => {
    const { status, body } = reply
    const found = joinHeaders(cacheHeaders(reply), timing('find'))
    if (!isStreamed(body)) return writeReady(ctx, { ...reply, body }, found)
    if (ctx.method === 'HEAD') return writeReady(ctx, { ...reply, body: null }, found)
    const opened = await body.open()
    if (E.isLeft(opened)) return refuse(ctx, opened.left)
    const stream: ByteStream & Partial<BlobStream> = opened.right
    const told = joinHeaders(found, cacheHeaders(stream))
    if (stream.resident) return writeReady(ctx, { ...reply, body: stream.resident }, told)
    const started = await startStream(stream, buffers)
    if (E.isLeft(started)) return refuse(ctx, started.left)
    writeHead(ctx, { status, headers: joinHeaders(joinHeaders(reply.headers, told), timing('open')) })
    await sendStream(started.right, ctx.res).catch((cause) => {
      tell(failureThrown(cause), ctx)
    })
  }

  return (route) => async (ctx) => {
    const timing = startTiming(telling)
    const { method, params, query, headers } = ctx
    const result = await answer(route, { method, pathToken: pathTokenOf(ctx), params, query, headers })
    if (E.isLeft(result)) return refuse(ctx, result.left)
    await write(ctx, result.right, timing)
  }
}

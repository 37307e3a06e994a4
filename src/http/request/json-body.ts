import type { RouterContext } from '@koa/router'
import type * as t from 'io-ts'
import { HttpMethodEnum, koaBody } from 'koa-body'
import { tooLarge } from '../../domain/shared/errors.ts'
import { isTimeout } from '../../domain/shared/timeout-error.ts'
import { withTimeout } from '../../domain/shared/with-timeout.ts'
import { E } from '../../fp.ts'
import { toUnprocessable } from './decode-faults.ts'
import { type RequestBody, sendContinue } from './request-body.ts'
import { malformedBody, slowRequest, unsupportedMedia } from './request-faults.ts'

/** Default maximum length of a body in bytes, which is more than any description of a file needs. */
const defaultMaxBytes = 256 * 1024

const json = 'application/json'

const codingOf = ({ req }: RouterContext): string => req.headers['content-encoding'] ?? 'identity'

/**
 * Returns whether the request has a body that is not JSON. For a request without a body, returns `false`: the
 * codec of the body decides whether it is an error.
 */
const isOtherMedia = (ctx: RouterContext): boolean =>
  ctx.is(json) === false || codingOf(ctx).toLowerCase() !== 'identity'

const createParse = (maxBytes: number): ((ctx: RouterContext) => Promise<unknown>) => {
  const parseInto = koaBody({
    jsonLimit: maxBytes,
    jsonStrict: false,
    jsonTypes: [json],
    parsedMethods: [HttpMethodEnum.POST, HttpMethodEnum.PUT, HttpMethodEnum.PATCH, HttpMethodEnum.DELETE],
    multipart: false,
    text: false,
    urlencoded: false,
  })
  return async (ctx) => {
    await parseInto(ctx, async () => undefined)
    return ctx.request.body
  }
}

const statusOf = (error: unknown): unknown =>
  typeof error === 'object' && error !== null && 'status' in error ? error.status : undefined

/**
 * Describes a body in JSON (RFC 8259). In error replies, the faults of the body have a `loc` that begins with
 * `'body'`.
 */
export const jsonBody = <B>(
  codec: t.Type<B, unknown, unknown>,
  maxBytes = defaultMaxBytes,
): RequestBody<B> => ({
  maxBytes,
  createReader: (limits) => {
    const parse = createParse(limits.maxBytes)
    return (ctx) => async () => {
      if (isOtherMedia(ctx)) return E.left(unsupportedMedia)
      sendContinue(ctx)
      try {
        const body = codec.decode(await withTimeout(parse(ctx), limits.milliseconds))
        return E.isLeft(body) ? E.left(toUnprocessable('body', body.left)) : body
      } catch (error) {
        if (isTimeout(error)) {
          // The rest of the body may never arrive, so no other request can be read from this connection.
          ctx.res.shouldKeepAlive = false
          return E.left(slowRequest)
        }
        const status = statusOf(error)
        if (status === 413) return E.left(tooLarge(limits.maxBytes))
        if (status === 400) return E.left(malformedBody)
        throw error
      }
    }
  },
})

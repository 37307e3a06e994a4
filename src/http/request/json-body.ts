import type { RouterContext } from '@koa/router'
import type * as t from 'io-ts'
import { HttpMethodEnum, koaBody } from 'koa-body'
import { tooLarge } from '../../domain/shared/errors.ts'
import { isNestedAtMost } from '../../domain/shared/nesting.ts'
import { isTimeout } from '../../domain/shared/timeout-error.ts'
import { withTimeout } from '../../domain/shared/with-timeout.ts'
import { E } from '../../fp.ts'
import { toUnprocessable } from './decode-faults.ts'
import { PrototypeMember, parseJson } from './parse-json.ts'
import { type RequestBody, sendContinue } from './request-body.ts'
import { malformedBody, slowRequest, unprocessable, unsupportedMedia } from './request-faults.ts'

/** Default maximum length of a body in bytes, which is more than any description of a file needs. */
const defaultMaxBytes = 256 * 1024

/** Maximum number of objects and lists inside each other. */
const maxDepth = 8

const deepBody = unprocessable([
  { loc: ['body'], msg: `should be nested at most ${maxDepth} deep`, type: 'depth' },
])

const bodyWithPrototype = unprocessable([
  { loc: ['body'], msg: 'should have no member __proto__', type: 'member' },
])

/** Returns the fault of a body that could not be parsed. */
const faultOf = (error: unknown) => {
  // JSON.parse calls the reviver of parseJson recursively, and a very deep body exhausts the stack.
  if (error instanceof RangeError) return deepBody
  return error instanceof PrototypeMember ? bodyWithPrototype : malformedBody
}

const json = 'application/json'

const codingOf = ({ req }: RouterContext): string => req.headers['content-encoding'] ?? 'identity'

/**
 * Returns whether the request has a body that is not JSON. For a request without a body, returns `false`: the
 * codec of the body decides whether it is an error.
 */
const isOtherMedia = (ctx: RouterContext): boolean =>
  ctx.is(json) === false || codingOf(ctx).toLowerCase() !== 'identity'

/** Creates a function that reads a body of at most `maxBytes`. It reads no empty body: its result is then `null`. */
const createReadBytes = (maxBytes: number): ((ctx: RouterContext) => Promise<Uint8Array | null>) => {
  // The body is read as bytes. If koa-body decoded it, bytes that are not UTF-8 would be replaced without an error.
  const readInto = koaBody({
    encoding: 'binary',
    text: true,
    textLimit: maxBytes,
    textTypes: [json],
    parsedMethods: [HttpMethodEnum.POST, HttpMethodEnum.PUT, HttpMethodEnum.PATCH, HttpMethodEnum.DELETE],
    json: false,
    multipart: false,
    urlencoded: false,
  })
  return async (ctx) => {
    await readInto(ctx, async () => undefined)
    const { body } = ctx.request
    return typeof body === 'string' && body !== '' ? Buffer.from(body, 'latin1') : null
  }
}

/** Parses the body. Returns a `left` if it is not JSON in UTF-8. */
const parseBody = (bytes: Uint8Array | null): E.Either<unknown, unknown> =>
  bytes === null
    ? E.right(undefined)
    : E.tryCatch(
        () => parseJson(bytes),
        (error) => error,
      )

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
  codec,
  createReader: (limits) => {
    const readBytes = createReadBytes(limits.maxBytes)
    return (ctx) => async () => {
      if (isOtherMedia(ctx)) return E.left(unsupportedMedia)
      sendContinue(ctx)
      try {
        const parsed = parseBody(await withTimeout(readBytes(ctx), limits.milliseconds))
        if (E.isLeft(parsed)) return E.left(faultOf(parsed.left))
        if (!isNestedAtMost(parsed.right, maxDepth)) return E.left(deepBody)
        const body = codec.decode(parsed.right)
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

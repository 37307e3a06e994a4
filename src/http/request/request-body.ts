import type { RouterContext } from '@koa/router'
import type { TooLarge } from '../../domain/shared/errors.ts'
import type { TE } from '../../fp.ts'
import type { HttpError } from '../response/http-error.ts'

export type BodyLimits = {
  readonly maxBytes: number
  /** Maximum time until the body, or the next piece of a streamed body, has arrived. */
  readonly milliseconds: number
}

export type ReadBody<B> = (ctx: RouterContext) => TE.TaskEither<TooLarge | HttpError, B>

/** How a route reads the body of its requests, once the caller is authenticated. */
export type RequestBody<B> = {
  /** Longest body (bytes), within MAX_BODY_BYTES; `null`: the handler has its own limit, and no deadline. */
  readonly maxBytes: number | null
  readonly createReader: (limits: BodyLimits) => ReadBody<B>
}

/** Asks a client that waits before it sends the body to continue (RFC 9110 §10.1.1). */
export const sendContinue = ({ req, res }: Pick<RouterContext, 'req' | 'res'>): void => {
  if (req.headers.expect !== undefined) res.writeContinue()
}

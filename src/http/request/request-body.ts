import type { RouterContext } from '@koa/router'
import type { TooLarge } from '../../domain/shared/errors.ts'
import type { TE } from '../../fp.ts'
import type { HttpError } from '../response/http-error.ts'

export type BodyLimits = {
  readonly maxBytes: number
  /** How long the body, or the next piece of a streamed one, may take to arrive. */
  readonly milliseconds: number
}

export type ReadBody<B> = (ctx: RouterContext) => TE.TaskEither<TooLarge | HttpError, B>

/** How a route reads the body of its requests, once the caller is authenticated. */
export type RequestBody<B> = {
  /** Longest body (bytes), within MAX_BODY_BYTES; `null`: the handler has a limit of its own, and no deadline. */
  readonly maxBytes: number | null
  readonly createReader: (limits: BodyLimits) => ReadBody<B>
}

/** Tells a client that waits with its body to send it (RFC 9110 §10.1.1). */
export const sendContinue = ({ req, res }: Pick<RouterContext, 'req' | 'res'>): void => {
  if (req.headers.expect !== undefined) res.writeContinue()
}

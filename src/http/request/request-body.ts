import type { RouterContext } from '@koa/router'
import type * as t from 'io-ts'
import type { TooLarge } from '../../domain/shared/errors.ts'
import type { TE } from '../../fp.ts'
import type { Monotonic } from '../../ports/monotonic.ts'
import type { RequestFault } from './request-faults.ts'

type BodyLimits = {
  readonly maxBytes: number
  /**
   * Maximum time in milliseconds until the body has arrived, or until the next piece of a streamed body has
   * arrived.
   */
  readonly milliseconds: number
  readonly monotonic: Monotonic
}

export type ReadBody<B> = (ctx: RouterContext) => TE.TaskEither<TooLarge | RequestFault, B>

/** How a route reads the body of its requests, after the caller is authenticated. */
export type RequestBody<B> = {
  /**
   * Maximum length of the body in bytes, within MAX_BODY_BYTES. `null`: the handler limits the body itself,
   * and has no deadline.
   */
  readonly maxBytes: number | null
  /** The codec of the body; `null` for bytes. */
  readonly codec: t.Mixed | null
  readonly createReader: (limits: BodyLimits) => ReadBody<B>
}

/** Tells a client that waits before it sends the body to continue (RFC 9110 §10.1.1). */
export const sendContinue = ({ req, res }: Pick<RouterContext, 'req' | 'res'>): void => {
  if (req.headers.expect !== undefined) res.writeContinue()
}

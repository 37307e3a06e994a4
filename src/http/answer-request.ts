import type { DomainError } from '../domain/shared/errors.ts'
import { E, type TE } from '../fp.ts'
import type { Deadline } from './middleware/deadline.ts'
import type { IncomingRequest } from './request/incoming.ts'
import { missingCredential, type RequestFault } from './request/request-faults.ts'
import type { Reply } from './response/reply.ts'
import { type DecodedRequest, decodeRequest, type Route, toFaultError } from './route.ts'

type Outcome<A> = TE.TaskEither<DomainError | RequestFault, A>

/**
 * Runs the handler. A caller without a credential learns only that one is required, whether the file exists or not
 * (W16).
 */
const runHandler =
  <C, P, Q, B>(
    { handler, forbidsAnonymous }: Route<C, P, Q, B>,
    { credential, params, query, isAnonymous }: DecodedRequest<C, P, Q>,
    body: B,
    incoming: IncomingRequest,
  ): Outcome<Reply> =>
  async () => {
    const handled = await handler({ credential, params, query, body, incoming })()
    if (E.isRight(handled) || !isAnonymous || handled.left._tag !== 'Forbidden') return handled
    return forbidsAnonymous?.(query) === true ? handled : E.left(missingCredential)
  }

export const answerWithoutBody =
  <C, P, Q, B>(route: Route<C, P, Q, B>, incoming: IncomingRequest): Outcome<Reply> =>
  async () => {
    const decoded = await decodeRequest(route, incoming)()
    if (E.isLeft(decoded)) return decoded
    // For a route without a codec for the body, the type of the body is inferred as unknown, so the cast is
    // safe.
    return runHandler(route, decoded.right, undefined as B, incoming)()
  }

/**
 * Reads the body only after the caller is authenticated, and authenticates again when it has arrived: the caller may
 * have lost the right meanwhile. The deadline for dependencies does not include the time that the client takes to
 * send the body.
 */
export const answerWithBody =
  <C, P, Q, B>(
    route: Route<C, P, Q, B>,
    incoming: IncomingRequest,
    readBody: TE.TaskEither<DomainError | RequestFault, B>,
    deadline: Deadline,
  ): Outcome<Reply> =>
  async () => {
    const decoded = await deadline.inTime(decodeRequest(route, incoming), 'database')()
    if (E.isLeft(decoded)) return decoded
    const body = await readBody()
    if (E.isLeft(body))
      return body.left._tag === 'Unprocessable'
        ? E.left(await toFaultError(route, decoded.right, body.left))
        : body
    deadline.extend()
    const handle = runHandler(route, decoded.right, body.right, incoming)
    if (route.body?.maxBytes !== null) {
      const again = await deadline.inTime(route.credential.authenticate(incoming), 'database')()
      if (E.isLeft(again)) return again
    }
    // A handler that reads the body itself has no deadline, because it runs as long as the client sends.
    if (route.body?.maxBytes === null) return handle().finally(deadline.extend)
    return deadline.inTime(handle, 'database')()
  }

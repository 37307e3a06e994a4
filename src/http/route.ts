import * as t from 'io-ts'
import { type DomainError, forbidden } from '../domain/shared/errors.ts'
import { E, type TE } from '../fp.ts'
import type { Authenticator } from './request/credential.ts'
import { toUnprocessable } from './request/decode-faults.ts'
import type { IncomingRequest } from './request/incoming.ts'
import type { RequestBody } from './request/request-body.ts'
import { missingCredential, type RequestFault, type Unprocessable } from './request/request-faults.ts'
import type { Reply } from './response/reply.ts'

type Outcome<A> = TE.TaskEither<DomainError | RequestFault, A>

/** A route. If the route has no codec for a part of the request, that part is not read. */
export type Route<C, P, Q, B> = {
  readonly credential: Authenticator<C>
  /**
   * Path parameters. A request with an invalid path parameter gets the same reply as one for a file that does
   * not exist (http-api.md §1.2, §2.5).
   */
  readonly params?: t.Type<P, unknown, unknown>
  /**
   * If `true`, a 422 reports an invalid path parameter. Not for paths with the uid of a file, an export or a part: their
   * reply is that for one that does not exist.
   */
  readonly explainsParams?: boolean
  readonly query?: t.Type<Q, unknown, unknown>
  readonly body?: RequestBody<B>
  /**
   * Succeeds if a caller without a credential may learn that a parameter is invalid, as for public files. If
   * a route has no such check, the reply to such a caller is that a token is required.
   */
  readonly checkAnonymous?: (params: P) => Outcome<unknown>
  /** Returns the fault of a query that only a caller with a credential may send; `null` if there is none. */
  readonly anonymousFault?: (query: Q) => Unprocessable | null
  /**
   * Returns whether a caller without a credential, who may not have the file, gets 403. By default they get 401, as for
   * a file that does not exist.
   */
  readonly forbidsAnonymous?: (query: Q) => boolean
  readonly handler: (input: {
    readonly credential: C
    readonly params: P
    readonly query: Q
    readonly body: B
    readonly incoming: IncomingRequest
  }) => Outcome<Reply>
}

/** A request of an authenticated caller, before its body is read. */
export type DecodedRequest<C, P, Q> = {
  readonly credential: C
  readonly params: P
  readonly query: Q
  /** Whether the caller sent no credential, although the route reads one. */
  readonly isAnonymous: boolean
}

/**
 * Returns the codec for a part of the request for which the route has no codec. The type `A` is unknown in
 * that case, but TypeScript cannot infer this here, so a cast is necessary.
 */
const anything = <A>(): t.Type<A, unknown, unknown> => t.unknown as unknown as t.Type<A, unknown, unknown>

/**
 * Returns the error for an invalid query or body. The error reveals nothing about files that are not public.
 */
export const toFaultError = async <C, P, Q, B>(
  { checkAnonymous }: Route<C, P, Q, B>,
  { isAnonymous, params }: Pick<DecodedRequest<C, P, Q>, 'isAnonymous' | 'params'>,
  fault: Unprocessable,
): Promise<DomainError | RequestFault> => {
  if (!isAnonymous) return fault
  const check = await checkAnonymous?.(params)()
  if (check === undefined) return missingCredential
  if (E.isRight(check)) return fault
  return check.left._tag === 'Forbidden' ? missingCredential : check.left
}

/**
 * Authenticates the caller before any part of the request is decoded, so that a caller without a token learns
 * nothing (http-api.md §1.4).
 */
export const decodeRequest =
  <C, P, Q, B>(route: Route<C, P, Q, B>, incoming: IncomingRequest): Outcome<DecodedRequest<C, P, Q>> =>
  async () => {
    const authenticated = await route.credential.authenticate(incoming)()
    if (E.isLeft(authenticated)) return authenticated
    const isAnonymous = route.credential.readsAuthorization && authenticated.right === null
    const path = (route.params ?? anything<P>()).decode(incoming.params)
    if (E.isLeft(path)) {
      if (isAnonymous) return E.left(missingCredential)
      return E.left(route.explainsParams ? toUnprocessable('params', path.left) : forbidden('other_subject'))
    }
    const params = path.right
    const query = (route.query ?? anything<Q>()).decode(incoming.query)
    if (E.isLeft(query)) {
      const fault = toUnprocessable('query', query.left)
      return E.left(await toFaultError(route, { isAnonymous, params }, fault))
    }
    const fault = isAnonymous ? (route.anonymousFault?.(query.right) ?? null) : null
    if (fault !== null) return E.left(await toFaultError(route, { isAnonymous, params }, fault))
    return E.right({ credential: authenticated.right, params, query: query.right, isAnonymous })
  }

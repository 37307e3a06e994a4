import type { CheckedMediaTokens } from '../../domain/access/checked-media-tokens.ts'
import type { Caller, Viewer } from '../../domain/access/viewer.ts'
import type { MediaKind } from '../../domain/media/media-kind.ts'
import {
  type Forbidden,
  type ForbiddenReason,
  forbidden,
  type Unavailable,
} from '../../domain/shared/errors.ts'
import type { AuthenticateUploader } from '../../domain/upload/authenticate-uploader.ts'
import type { UploadRights } from '../../domain/upload/upload.ts'
import { E, pipe, TE } from '../../fp.ts'
import type { IncomingRequest } from './incoming.ts'
import {
  type MalformedCredential,
  type MissingCredential,
  malformedCredential,
  missingCredential,
} from './request-faults.ts'

/** A token as received, not yet verified. */
type Credential = { readonly carrier: Viewer['carrier']; readonly jwt: string }

const bearer = /^bearer +([^\s]+) *$/i

/**
 * Reads the token of a header `Authorization: bearer …`. Letter case of `bearer` is ignored (RFC 9110 §11.1,
 * W17).
 */
const readBearer = ({
  headers,
}: IncomingRequest): E.Either<MissingCredential | MalformedCredential, string> => {
  if (headers.authorization === undefined) return E.left(missingCredential)
  const jwt = bearer.exec(headers.authorization)?.[1]
  return jwt === undefined ? E.left(malformedCredential) : E.right(jwt)
}

/**
 * Reads the first credential that is present. A malformed header is an error even if the query has a token
 * (http-api.md §2.2).
 */
const readCredential = (
  incoming: IncomingRequest,
): E.Either<MissingCredential | MalformedCredential | Forbidden, Credential> => {
  const { headers, pathToken, query } = incoming
  if (headers.authorization !== undefined) {
    const jwt = readBearer(incoming)
    return E.isLeft(jwt) ? jwt : E.right({ carrier: 'header', jwt: jwt.right })
  }
  if (pathToken !== null) return E.right({ carrier: 'path', jwt: pathToken })
  if (Array.isArray(query.jwt)) return E.left(forbidden('malformed'))
  return query.jwt ? E.right({ carrier: 'query', jwt: query.jwt }) : E.left(missingCredential)
}

type Authenticate<C> = (
  incoming: IncomingRequest,
) => TE.TaskEither<MissingCredential | MalformedCredential | Forbidden | Unavailable, C>

/** Who may call a route. */
export type RouteAccess = 'anyone' | 'viewer' | 'viewer or public' | 'admin' | 'admin or ticket'

/** How a route authenticates its callers, and which replies depend on the Authorization header. */
export type Authenticator<C> = {
  readonly authenticate: Authenticate<C>
  readonly access: RouteAccess
  /**
   * Whether the Authorization header is read. If so, all replies except those with public files have `Vary:
   * Authorization` (http-api.md §6.3, V13).
   */
  readonly readsAuthorization: boolean
}

const byAuthorization = <C>(access: RouteAccess, authenticate: Authenticate<C>): Authenticator<C> => ({
  authenticate,
  access,
  readsAuthorization: true,
})

const authenticateMedia =
  (tokens: CheckedMediaTokens, kind: MediaKind): Authenticate<Viewer> =>
  (incoming) =>
  async () => {
    const credential = readCredential(incoming)
    if (E.isLeft(credential)) return credential
    const { carrier, jwt } = credential.right
    const grant = await tokens.verify(kind, jwt)()
    return E.isLeft(grant) ? grant : E.right({ kind, grant: grant.right, jwt, carrier })
  }

/** Authenticates a viewer, but returns `null` for a caller without any credential, who may have public files. */
const orAnonymous = (authenticate: Authenticate<Viewer>): Authenticator<Caller> =>
  byAuthorization('viewer or public', (incoming) => async () => {
    const viewer = await authenticate(incoming)()
    return E.isLeft(viewer) && viewer.left._tag === 'MissingCredential' ? E.right(null) : viewer
  })

/**
 * Accepts a viewer with a valid media token of this kind, and a caller without any credential, who may have public
 * files. A token that is brought decides alone.
 */
export const mediaCallerAuthenticator = (
  tokens: CheckedMediaTokens,
  kind: MediaKind,
): Authenticator<Caller> => orAnonymous(authenticateMedia(tokens, kind))

/** Reasons of errors that occur before the claims can be trusted. */
const reasonsBeforeClaims: ReadonlyArray<ForbiddenReason> = ['malformed', 'signature', 'unknown_key']

/**
 * Returns whether the signature is valid. If so, this error is more specific than the error of the other kind
 * of token.
 */
const hasValidSignature = (
  error: MissingCredential | MalformedCredential | Forbidden | Unavailable,
): boolean => error._tag === 'Forbidden' && !reasonsBeforeClaims.includes(error.reason)

/**
 * Accepts a viewer with a valid token of either media kind, and a caller without any credential. The audience (`aud`)
 * of the token determines the kind.
 */
export const anyMediaCallerAuthenticator = (tokens: CheckedMediaTokens): Authenticator<Caller> => {
  const asImage = authenticateMedia(tokens, 'image')
  const asContent = authenticateMedia(tokens, 'content')
  return orAnonymous((incoming) =>
    pipe(
      asContent(incoming),
      TE.orElse((asContentError) =>
        pipe(
          asImage(incoming),
          TE.mapLeft((error) => (hasValidSignature(asContentError) ? asContentError : error)),
        ),
      ),
    ),
  )
}

/** Authenticates a caller by the Authorization header only. */
export const bearerAuthenticator = <C>(
  authenticate: (jwt: string) => TE.TaskEither<Forbidden | Unavailable, C>,
): Authenticator<C> =>
  byAuthorization('admin', (incoming) => pipe(TE.fromEither(readBearer(incoming)), TE.flatMap(authenticate)))

/** Authenticates an admin, or the holder of a ticket, by the Authorization header only. */
export const uploaderAuthenticator = (authenticate: AuthenticateUploader): Authenticator<UploadRights> =>
  byAuthorization('admin or ticket', (incoming) =>
    pipe(
      TE.fromEither(readBearer(incoming)),
      TE.flatMap((token) => authenticate(token, incoming.headers.origin ?? null)),
    ),
  )

export const anonymousAuthenticator: Authenticator<null> = {
  authenticate: () => TE.right(null),
  access: 'anyone',
  readsAuthorization: false,
}

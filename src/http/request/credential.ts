import type { Viewer } from '../../domain/access/viewer.ts'
import {
  type Forbidden,
  type ForbiddenReason,
  forbidden,
  type Unavailable,
} from '../../domain/shared/errors.ts'
import { E, pipe, TE } from '../../fp.ts'
import type { MediaKind, MediaTokens } from '../../ports/media-tokens.ts'
import { type BadFormat, badFormat, type NotSet, notSet } from '../response/http-error.ts'
import type { Incoming } from './incoming.ts'

/** A token as it came, not verified. */
export type Credential = { readonly carrier: Viewer['carrier']; readonly jwt: string }

const bearer = /^bearer +([^\s]+) *$/i

/** The token of `Authorization: bearer …`. The scheme is case-insensitive (RFC 9110 §11.1, W17). */
const readBearer = ({ headers }: Incoming): E.Either<NotSet | BadFormat, string> => {
  if (headers.authorization === undefined) return E.left(notSet)
  const jwt = bearer.exec(headers.authorization)?.[1]
  return jwt === undefined ? E.left(badFormat) : E.right(jwt)
}

/** The first credential that is present decides alone: a bad header is not rescued by a good query (http-api.md §2.2). */
export const readCredential = (incoming: Incoming): E.Either<NotSet | BadFormat | Forbidden, Credential> => {
  const { headers, pathToken, query } = incoming
  if (headers.authorization !== undefined) {
    const jwt = readBearer(incoming)
    return E.isLeft(jwt) ? jwt : E.right({ carrier: 'header', jwt: jwt.right })
  }
  if (pathToken !== null) return E.right({ carrier: 'path', jwt: pathToken })
  if (Array.isArray(query.jwt)) return E.left(forbidden('malformed'))
  return query.jwt ? E.right({ carrier: 'query', jwt: query.jwt }) : E.left(notSet)
}

export type Authenticate<C> = (
  incoming: Incoming,
) => TE.TaskEither<NotSet | BadFormat | Forbidden | Unavailable, C>

/** How a route learns who asks. */
export type Credentials<C> = {
  readonly authenticate: Authenticate<C>
  /** Then every reply of the route says so in `Vary`, but those to public files (http-api.md §6.3, V13). */
  readonly readsAuthorization: boolean
}

const byAuthorization = <C>(authenticate: Authenticate<C>): Credentials<C> => ({
  authenticate,
  readsAuthorization: true,
})

const authenticateMedia =
  (tokens: MediaTokens, kind: MediaKind): Authenticate<Viewer> =>
  (incoming) =>
  async () => {
    const credential = readCredential(incoming)
    if (E.isLeft(credential)) return credential
    const { carrier, jwt } = credential.right
    const grant = await tokens.verify(kind, jwt)()
    return E.isLeft(grant) ? grant : E.right({ kind, grant: grant.right, jwt, carrier })
  }

/** Who holds a good media token of this kind. */
export const mediaViewer = (tokens: MediaTokens, kind: MediaKind): Credentials<Viewer> =>
  byAuthorization(authenticateMedia(tokens, kind))

/** The same, and `null` for a caller who brings no credential at all. */
export const optionalMediaViewer = (tokens: MediaTokens, kind: MediaKind): Credentials<Viewer | null> => {
  const authenticate = authenticateMedia(tokens, kind)
  return byAuthorization((incoming) => async () => {
    const viewer = await authenticate(incoming)()
    return E.isLeft(viewer) && viewer.left._tag === 'NotSet' ? E.right(null) : viewer
  })
}

/** Reasons that are known before any claim is believed. */
const beforeClaims: ReadonlyArray<ForbiddenReason> = ['malformed', 'signature', 'unknown_key']

/** Whether the signature was good, so that the error says more than that the token was made for the other kind. */
const isOfSignedToken = (error: NotSet | BadFormat | Forbidden | Unavailable): boolean =>
  error._tag === 'Forbidden' && !beforeClaims.includes(error.reason)

/** Who holds a good token of either kind: which of them, its audience tells. */
export const anyMediaViewer = (tokens: MediaTokens): Credentials<Viewer> => {
  const asImage = authenticateMedia(tokens, 'image')
  const asContent = authenticateMedia(tokens, 'content')
  return byAuthorization((incoming) =>
    pipe(
      asContent(incoming),
      TE.orElse((asContentError) =>
        pipe(
          asImage(incoming),
          TE.mapLeft((error) => (isOfSignedToken(asContentError) ? asContentError : error)),
        ),
      ),
    ),
  )
}

/** The caller that the Authorization header proves. */
export const bearerOf = <C>(
  authenticate: (jwt: string) => TE.TaskEither<Forbidden | Unavailable, C>,
): Credentials<C> =>
  byAuthorization((incoming) => pipe(TE.fromEither(readBearer(incoming)), TE.flatMap(authenticate)))

export const anonymous: Credentials<null> = { authenticate: () => TE.right(null), readsAuthorization: false }

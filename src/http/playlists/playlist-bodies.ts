import { createHash } from 'node:crypto'
import { createBoundedCache } from '../../bounded-cache.ts'
import type { SignablePlaylist } from '../../domain/access/signable-playlist.ts'
import type { Signature } from '../../domain/access/signature.ts'
import type { Headers } from '../bytes/representation-headers.ts'
import { type ContentCoding, chooseCoding } from '../request/accept-encoding.ts'
import { isPlainToken } from './identity-template.ts'
import { createMemo } from './memo.ts'
import {
  createIdentityRepresentation,
  createPerRequestRepresentation,
  encodeRepresentation,
  type IdentityRepresentation,
  type PlaylistRepresentation,
  tokenInSignature,
} from './playlist-representation.ts'

/**
 * The format of a playlist. In cache keys, the format also identifies the signing method, because each format
 * has exactly one.
 */
export type PlaylistFormat = 'json' | 'm3u8' | 'dash'

export type PlaylistBody = {
  readonly body: Uint8Array
  /** The representation from which the body was produced. */
  readonly representation: PlaylistRepresentation
  /**
   * The header `Vary`; also `Content-Encoding` if the body is encoded, and `ETag` if it is the same for all
   * viewers.
   */
  readonly headers: Headers
}

/**
 * Signs a playlist for one viewer, in the best coding that their Accept-Encoding allows (http-api.md §7.1).
 * After the first call for a playlist and token length, a call costs one copy of the body (http-api.md
 * §3.3). `isSeldom`: the playlist is probably requested only once, like the playlist of a clip. Such a
 * playlist is prepared for further calls only at its second call.
 */
export type PlaylistBodies = <S extends Signature>(
  list: SignablePlaylist<S>,
  format: PlaylistFormat,
  acceptEncoding: string | undefined,
  isSeldom?: boolean,
) => Promise<PlaylistBody>

/**
 * Brotli is too slow for a body that is encoded for a single viewer, so only bodies for all viewers (with an
 * ETag) use it.
 */
const codingFor = ({ etag }: PlaylistRepresentation, acceptEncoding: string | undefined): ContentCoding =>
  chooseCoding(acceptEncoding, etag === undefined ? ['gzip'] : ['br', 'gzip'])

const headersOf = ({ etag }: PlaylistRepresentation, coding: ContentCoding): Headers => ({
  Vary: 'Accept-Encoding',
  ...(coding === 'identity' ? {} : { 'Content-Encoding': coding }),
  ...(etag === undefined ? {} : { ETag: etag }),
})

type TextId = { readonly id: string; readonly isNew: boolean }

/**
 * Creates a function that replaces a long text by its digest, so that cache keys are short. The digests of
 * repeated texts are cached.
 */
const createTextIds = (maxBytes: number): ((text: string) => TextId) => {
  const ids = createBoundedCache<{ readonly id: string }>({ maxBytes, sizeOf: ({ id }) => id.length })
  return (text) => {
    const cached = ids.get(text)
    if (cached !== undefined) return { id: cached.id, isNew: false }
    const id = createHash('sha256').update(text).digest('base64url')
    ids.set(text, { id })
    return { id, isNew: true }
  }
}

type Options = {
  /** Maximum size of the cache in bytes. A playlist of 1,000 segments takes 0.4 MB for each token length. */
  readonly maxBytes: number
}

export const createPlaylistBodyEncoder = ({ maxBytes }: Options): PlaylistBodies => {
  const idOf = createTextIds(maxBytes / 4)
  const identityForms = createMemo<IdentityRepresentation>(maxBytes / 2)
  const encodedForms = createMemo<PlaylistRepresentation>(maxBytes / 4)

  const encoded = (identity: IdentityRepresentation, coding: 'br' | 'gzip', name: string | undefined) =>
    name === undefined
      ? encodeRepresentation(identity, coding)
      : encodedForms(`${name} ${coding}`, () => encodeRepresentation(identity, coding))

  return async (list, format, acceptEncoding, isSeldom = false) => {
    const token = tokenInSignature(list.signature)
    const { id, isNew } = idOf(list.text)
    // Without a token, all viewers share one representation and its ETag, so the first call prepares it for
    // all.
    const isOnce = isSeldom && isNew && token !== ''
    const name =
      isPlainToken(token) && !isOnce ? `${format} ${id} ${list.signature.mode} ${token.length}` : undefined
    const identity =
      name === undefined
        ? createPerRequestRepresentation(list)
        : await identityForms(name, () => createIdentityRepresentation(list))

    const coding = codingFor(identity, acceptEncoding)
    const representation = coding === 'identity' ? identity : await encoded(identity, coding, name)
    return {
      body: await representation.bodyFor(token),
      representation,
      headers: headersOf(representation, coding),
    }
  }
}

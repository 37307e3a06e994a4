import { createHash } from 'node:crypto'
import type { SignablePlaylist } from '../../domain/access/signable-playlist.ts'
import type { Signature } from '../../domain/access/signature.ts'
import { O } from '../../fp.ts'
import { type BodyPiece, fillSlots, maxTextBodyBytes, splitAtSlots } from '../bytes/body-piece.ts'
import { brotliBest, gzipBest, gzipFast } from '../response/compress.ts'
import { createGzipPieces, createGzipTemplate, fillGzip } from './gzip-template.ts'
import { createIdentityTemplate, fillIdentity, type IdentityTemplate } from './identity-template.ts'

/** A playlist in one coding, prepared for any token of one length. */
export type PlaylistRepresentation = {
  /** Memory that the representation occupies, in bytes. */
  readonly size: number
  /** A strong entity tag with quotes; `undefined` if each viewer has a different body. */
  readonly etag: string | undefined
  readonly bodyFor: (token: string) => Uint8Array | Promise<Uint8Array>
  /** Returns the body in pieces. `null` if filling in a token needs more work than a copy. */
  readonly piecesFor: ((token: string) => ReadonlyArray<BodyPiece>) | null
}

/** The unencoded representation, from which the other codings are derived. */
export type IdentityRepresentation = PlaylistRepresentation & {
  /** The template of the playlist; `none` if the positions of the token cannot be determined in advance. */
  readonly template: O.Option<IdentityTemplate>
}

/** Returns the token that the playlist contains for its child URLs; empty if there is none. */
export const tokenInSignature = (signature: Signature): string => ('jwt' in signature ? signature.jwt : '')

const byCopy = (bodyFor: (token: string) => Uint8Array) => ({
  bodyFor,
  piecesFor: (token: string) => [bodyFor(token)],
})

const signWith =
  <S extends Signature>({ text, sign, signature }: SignablePlaylist<S>) =>
  (token: string): string =>
    sign(text, 'jwt' in signature ? { ...signature, jwt: token } : signature)

/**
 * Creates a representation that signs the playlist again for every body, for a playlist without a template.
 */
export const createPerRequestRepresentation = <S extends Signature>(
  list: SignablePlaylist<S>,
): IdentityRepresentation => {
  const signed = signWith(list)
  return {
    size: list.text.length,
    etag: undefined,
    bodyFor: (token) => Buffer.from(signed(token)),
    piecesFor: null,
    template: O.none,
  }
}

export const createIdentityRepresentation = async <S extends Signature>(
  list: SignablePlaylist<S>,
): Promise<IdentityRepresentation> => {
  const template = await createIdentityTemplate(signWith(list), tokenInSignature(list.signature).length)
  if (O.isNone(template)) return createPerRequestRepresentation(list)

  const { bytes, slots } = template.value
  const isShared = slots.length === 0
  const copied = byCopy(isShared ? () => bytes : (token) => fillIdentity(template.value, Buffer.from(token)))
  const pieces = isShared || bytes.length > maxTextBodyBytes ? null : identityPieces(template.value)
  return {
    ...copied,
    ...(pieces === null ? {} : { piecesFor: pieces }),
    // A short playlist is stored twice: as bytes, and as text between the slots.
    size: bytes.length * (pieces === null ? 1 : 2) + slots.byteLength,
    etag: isShared ? `"${createHash('sha256').update(bytes).digest('base64url')}"` : undefined,
    template,
  }
}

/** Returns a function that fills a token into a short playlist and joins all pieces to one text. */
const identityPieces = ({ bytes, slots, tokenLength }: IdentityTemplate) => {
  const pieces = splitAtSlots(bytes, slots, tokenLength)
  return (token: string) => fillSlots(pieces, token)
}

/** Returns the playlist in another coding. */
export const encodeRepresentation = (
  identity: IdentityRepresentation,
  coding: 'br' | 'gzip',
): Promise<PlaylistRepresentation> =>
  identity.etag === undefined ? gzipForm(identity) : sharedForm(identity, identity.etag, coding)

/** Compresses once, at the best level, a playlist that is the same for all viewers. */
const sharedForm = async (
  identity: IdentityRepresentation,
  etag: string,
  coding: 'br' | 'gzip',
): Promise<PlaylistRepresentation> => {
  const plain = await identity.bodyFor('')
  const bytes = await (coding === 'br' ? brotliBest(plain) : gzipBest(plain))
  return {
    ...byCopy(() => bytes),
    size: bytes.length,
    // Each coding needs its own strong ETag (RFC 9110 §8.8.3.3).
    etag: etag.replace(/"$/, `-${coding}"`),
  }
}

/** Creates the gzip representation: from a template if possible, otherwise by compressing for each viewer. */
const gzipForm = async (identity: IdentityRepresentation): Promise<PlaylistRepresentation> => {
  const template = O.isSome(identity.template) ? await createGzipTemplate(identity.template.value) : O.none
  if (O.isNone(template))
    return { ...identity, bodyFor: async (token) => gzipFast(await identity.bodyFor(token)), piecesFor: null }
  return {
    bodyFor: (token) => fillGzip(template.value, Buffer.from(token)),
    piecesFor: createGzipPieces(template.value),
    // Short pieces are stored twice: in the template, and as text.
    size: template.value.bytes.length + Math.min(template.value.bytes.length, 2 * maxTextBodyBytes),
    etag: undefined,
  }
}

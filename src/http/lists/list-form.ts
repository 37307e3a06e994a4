import { createHash } from 'node:crypto'
import type { SignableList } from '../../domain/access/signable-list.ts'
import type { Signature } from '../../domain/access/signature.ts'
import { O } from '../../fp.ts'
import { brotliWell, gzipped, gzippedWell } from './compress.ts'
import { createGzipTemplate, fillGzip, gzipPieces } from './gzip-template.ts'
import { createIdentityTemplate, fillIdentity, type IdentityTemplate } from './identity-template.ts'

/** A list in one coding, ready for whatever token of one length. */
export type ListForm = {
  /** Bytes that it keeps. */
  readonly size: number
  /** Strong, with its quotes; `undefined` where each viewer has a body of his own. */
  readonly etag: string | undefined
  readonly bodyFor: (token: string) => Uint8Array | Promise<Uint8Array>
  /** The same in pieces, where it is no more than a copy; `null` where it takes longer. */
  readonly piecesFor: ((token: string) => ReadonlyArray<Uint8Array>) | null
}

/** The one from which those in other codings are made. */
export type IdentityForm = ListForm & {
  /** `none` where it is not known beforehand where the token goes. */
  readonly template: O.Option<IdentityTemplate>
}

/** What stands in the list for its children to show; empty when nothing does. */
export const tokenOf = (signature: Signature): string => ('jwt' in signature ? signature.jwt : '')

const copying = (bodyFor: (token: string) => Uint8Array) => ({
  bodyFor,
  piecesFor: (token: string) => [bodyFor(token)],
})

const signWith =
  <S extends Signature>({ text, sign, signature }: SignableList<S>) =>
  (token: string): string =>
    sign(text, 'jwt' in signature ? { ...signature, jwt: token } : signature)

/** Signs anew for every body. */
export const plainForm = <S extends Signature>(list: SignableList<S>): IdentityForm => {
  const signed = signWith(list)
  return {
    size: list.text.length,
    etag: undefined,
    bodyFor: (token) => Buffer.from(signed(token)),
    piecesFor: null,
    template: O.none,
  }
}

export const createIdentityForm = async <S extends Signature>(
  list: SignableList<S>,
): Promise<IdentityForm> => {
  const template = await createIdentityTemplate(signWith(list), tokenOf(list.signature).length)
  if (O.isNone(template)) return plainForm(list)

  const { bytes, holes } = template.value
  const isSame = holes.length === 0
  return {
    ...copying(isSame ? () => bytes : (token) => fillIdentity(template.value, Buffer.from(token))),
    size: bytes.length + holes.byteLength,
    etag: isSame ? `"${createHash('sha256').update(bytes).digest('base64url')}"` : undefined,
    template,
  }
}

/** The same list in another coding. */
export const encodeForm = (identity: IdentityForm, coding: 'br' | 'gzip'): Promise<ListForm> =>
  identity.etag === undefined ? gzipForm(identity) : sharedForm(identity, identity.etag, coding)

/** What is the same for everybody, compressed once and well. */
const sharedForm = async (identity: IdentityForm, etag: string, coding: 'br' | 'gzip'): Promise<ListForm> => {
  const plain = await identity.bodyFor('')
  const bytes = await (coding === 'br' ? brotliWell(plain) : gzippedWell(plain))
  return {
    ...copying(() => bytes),
    size: bytes.length,
    // Other bytes, another tag (RFC 9110 §8.8.3.3).
    etag: etag.replace(/"$/, `-${coding}"`),
  }
}

/** By a template, or, where the list does not lend itself to one, compressed for each viewer. */
const gzipForm = async (identity: IdentityForm): Promise<ListForm> => {
  const template = O.isSome(identity.template) ? await createGzipTemplate(identity.template.value) : O.none
  if (O.isNone(template))
    return { ...identity, bodyFor: async (token) => gzipped(await identity.bodyFor(token)), piecesFor: null }
  return {
    bodyFor: (token) => fillGzip(template.value, Buffer.from(token)),
    piecesFor: (token) => gzipPieces(template.value, Buffer.from(token)),
    size: template.value.bytes.length,
    etag: undefined,
  }
}

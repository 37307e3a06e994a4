import { createHash } from 'node:crypto'
import { createBoundedCache } from '../../bounded-cache.ts'
import type { SignableList } from '../../domain/access/signable-list.ts'
import type { Signature } from '../../domain/access/signature.ts'
import { type ContentCoding, chooseCoding } from '../bytes/content-coding.ts'
import type { Headers } from '../bytes/representation-headers.ts'
import { isPlainToken } from './identity-template.ts'
import {
  createIdentityForm,
  encodeForm,
  type IdentityForm,
  type ListForm,
  plainForm,
  tokenOf,
} from './list-form.ts'
import { createMemo } from './memo.ts'

/** The format of a list. It also identifies the signing method in cache keys: each format has exactly one. */
export type ListFormat = 'json' | 'm3u8' | 'dash'

export type ListBody = {
  readonly body: Uint8Array
  /** The form that produced the body. */
  readonly form: ListForm
  /** Vary; Content-Encoding if encoded; ETag if the body is the same for all viewers. */
  readonly headers: Headers
}

/**
 * Signs a list for one viewer, in the best coding that their Accept-Encoding allows (http-api.md §7.1). After
 * the first call for a list and token length, a call costs one copy of the body (http-api.md §3.3).
 * `isSeldom`: the list, such as that of a clip, is probably requested once, so that only its second call
 * prepares it for more.
 */
export type ListBodies = <S extends Signature>(
  list: SignableList<S>,
  format: ListFormat,
  acceptEncoding: string | undefined,
  isSeldom?: boolean,
) => Promise<ListBody>

/** Brotli is too slow for a body that is encoded for a single viewer. */
const codingFor = ({ etag }: ListForm, acceptEncoding: string | undefined): ContentCoding =>
  chooseCoding(acceptEncoding, etag === undefined ? ['gzip'] : ['br', 'gzip'])

const headersOf = ({ etag }: ListForm, coding: ContentCoding): Headers => ({
  Vary: 'Accept-Encoding',
  ...(coding === 'identity' ? {} : { 'Content-Encoding': coding }),
  ...(etag === undefined ? {} : { ETag: etag }),
})

type TextId = { readonly id: string; readonly isNew: boolean }

/** Replaces long, repeated texts by their digests in cache keys. */
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
  /** Size limit of the cache. A list of 1,000 segments takes 0.4 MB for each token length. */
  readonly maxBytes: number
}

export const createListBodies = ({ maxBytes }: Options): ListBodies => {
  const idOf = createTextIds(maxBytes / 4)
  const identityForms = createMemo<IdentityForm>(maxBytes / 2)
  const encodedForms = createMemo<ListForm>(maxBytes / 4)

  const encoded = (identity: IdentityForm, coding: 'br' | 'gzip', name: string | undefined) =>
    name === undefined
      ? encodeForm(identity, coding)
      : encodedForms(`${name} ${coding}`, () => encodeForm(identity, coding))

  return async (list, format, acceptEncoding, isSeldom = false) => {
    const token = tokenOf(list.signature)
    const { id, isNew } = idOf(list.text)
    // Without a token there is one form for all viewers, and its ETag.
    const isOnce = isSeldom && isNew && token !== ''
    const name =
      isPlainToken(token) && !isOnce ? `${format} ${id} ${list.signature.mode} ${token.length}` : undefined
    const identity =
      name === undefined ? plainForm(list) : await identityForms(name, () => createIdentityForm(list))

    const coding = codingFor(identity, acceptEncoding)
    const form = coding === 'identity' ? identity : await encoded(identity, coding, name)
    return { body: await form.bodyFor(token), form, headers: headersOf(form, coding) }
  }
}

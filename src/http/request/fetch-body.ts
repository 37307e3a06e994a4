import * as t from 'io-ts'
import { MediaAlt, MediaMetadata, MediaTitle } from '../../domain/library/media-change.ts'
import { refine } from '../../domain/shared/refine.ts'
import { isStorableText } from '../../domain/shared/storable-text.ts'
import type { FetchRequest } from '../../domain/upload/fetch-service.ts'
import type { MayUsePort } from '../../ports/outbound.ts'
import { closedObject } from './closed-object.ts'

const maxCharacters = 8192

const isFetchable = (text: string, mayUsePort: MayUsePort): boolean => {
  if (!URL.canParse(text)) return false
  const url = new URL(text)
  return (
    /^https?:$/.test(url.protocol) &&
    url.hostname !== '' &&
    `${url.username}${url.password}` === '' &&
    mayUsePort(url)
  )
}

/** The address of a file on another server. Its query may be a secret, so no fault shows it. */
const fileUrl = (mayUsePort: MayUsePort) =>
  refine(
    'file_url',
    (u): u is string =>
      typeof u === 'string' && u.length <= maxCharacters && isStorableText(u) && isFetchable(u, mayUsePort),
    `should be an address of http or https on port 80 or 443, without user and password, of at most ${maxCharacters} characters`,
    { type: 'string', format: 'uri', maxLength: maxCharacters },
  )

/** What an admin wants to be fetched, as JSON (http-api.md §11.3). */
export const createFetchBody = (mayUsePort: MayUsePort) =>
  closedObject(
    t.intersection(
      [
        t.type({ url: fileUrl(mayUsePort) }),
        t.partial({ title: MediaTitle, alt: MediaAlt, public: t.boolean, metadata: MediaMetadata }),
      ],
      'Fetch',
    ),
  )
type FetchBody = t.TypeOf<ReturnType<typeof createFetchBody>>

export const toFetchRequest = ({ url, title, alt, public: isPublic, metadata }: FetchBody): FetchRequest => ({
  url,
  details: {
    title: title ?? null,
    alt: alt ?? null,
    isPublic: isPublic ?? false,
    metadata: metadata ?? {},
  },
})

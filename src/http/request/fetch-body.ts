import * as t from 'io-ts'
import { MediaAlt, MediaMetadata, MediaTitle } from '../../domain/library/media-change.ts'
import { refine } from '../../domain/shared/refine.ts'
import { isStorableText } from '../../domain/shared/storable-text.ts'
import type { FetchRequest } from '../../domain/upload/fetch-service.ts'
import { closedObject } from './closed-object.ts'

const maxCharacters = 8192

const isFetchable = (text: string): boolean => {
  if (!URL.canParse(text)) return false
  const { protocol, hostname, username, password } = new URL(text)
  return /^https?:$/.test(protocol) && hostname !== '' && `${username}${password}` === ''
}

/** The address of a file on another server. Its query may be a secret, so no fault shows it. */
const FileUrl = refine(
  'file_url',
  (u): u is string =>
    typeof u === 'string' && u.length <= maxCharacters && isStorableText(u) && isFetchable(u),
  `should be an address of http or https, without user and password, of at most ${maxCharacters} characters`,
  { type: 'string', format: 'uri', maxLength: maxCharacters },
)

/** What an admin wants to be fetched, as JSON (http-api.md §11.3). */
export const FetchBody = closedObject(
  t.intersection(
    [
      t.type({ url: FileUrl }),
      t.partial({ title: MediaTitle, alt: MediaAlt, public: t.boolean, metadata: MediaMetadata }),
    ],
    'Fetch',
  ),
)
type FetchBody = t.TypeOf<typeof FetchBody>

export const toFetchRequest = ({ url, title, alt, public: isPublic, metadata }: FetchBody): FetchRequest => ({
  url,
  details: {
    title: title ?? null,
    alt: alt ?? null,
    isPublic: isPublic ?? false,
    metadata: metadata ?? {},
  },
})

import * as t from 'io-ts'
import { AnyUid } from '../media/ids.ts'
import { withDescription } from '../shared/json-schema.ts'
import { nullable } from '../shared/nullable.ts'
import { Amount, Count, UrlText } from '../shared/reply-values.ts'

const ImageEntryJson = t.strict(
  {
    url: UrlText,
    uid: AnyUid,
    format: t.string,
    width: withDescription(Count, 'Pixels.'),
    height: withDescription(Count, 'Pixels.'),
    size_bytes: Count,
    thumbhash: withDescription(t.string, 'In base64url (https://evanw.github.io/thumbhash).'),
  },
  'ImageEntry',
)
export type ImageEntryJson = t.TypeOf<typeof ImageEntryJson>

/** The exports of a picture by format (http-api.md §4.1). */
export const ImagePlaylistJson = t.strict(
  { items: t.record(t.string, t.readonlyArray(ImageEntryJson)) },
  'ImagePlaylist',
)
export type ImagePlaylistJson = t.TypeOf<typeof ImagePlaylistJson>

const WebEntryJson = t.strict(
  {
    url: UrlText,
    format: t.literal('mp4'),
    bandwidth: withDescription(Count, 'Peak bits per second.'),
    codecs: withDescription(t.readonlyArray(t.string), 'Codecs as in RFC 6381.'),
    width: nullable(Count),
    height: nullable(Count),
    frame_rate: withDescription(nullable(Amount), 'Frames per second.'),
    file_size: withDescription(Count, 'Bytes.'),
    format_parameters: t.UnknownRecord,
    quality_parameters: withDescription(t.UnknownRecord, 'Settings of the encoder, to be displayed only.'),
  },
  'WebEntry',
)
export type WebEntryJson = t.TypeOf<typeof WebEntryJson>

/** The MP4s of a sound or film (http-api.md §5.1). */
export const WebPlaylistJson = t.strict(
  { exports: t.readonlyArray(WebEntryJson), duration_seconds: Amount },
  'WebPlaylist',
)
export type WebPlaylistJson = t.TypeOf<typeof WebPlaylistJson>

import * as t from 'io-ts'
import { JobJson, jobAsJson } from '../jobs/job-json.ts'
import { mediaStates } from '../jobs/media-state.ts'
import { AnyUid } from '../media/ids.ts'
import { mediaKinds } from '../media/media-kind.ts'
import { withDescription } from '../shared/json-schema.ts'
import { nullable } from '../shared/nullable.ts'
import { oneOf } from '../shared/one-of.ts'
import { Amount, Count, TimeText, UrlText } from '../shared/reply-values.ts'
import { formatMicroseconds } from '../shared/timestamp.ts'
import { MediaMetadata } from './media-change.ts'
import type { MediaDetail, MediaItem } from './media-item.ts'

const itemProps = {
  uid: AnyUid,
  kind: oneOf('media_kind', mediaKinds),
  title: nullable(t.string),
  file_name: withDescription(t.string, 'The name of the file when it was added.'),
  state: oneOf('media_state', mediaStates),
  public: t.boolean,
  created_at: TimeText,
  updated_at: withDescription(TimeText, 'When an admin last changed it.'),
  size_bytes: withDescription(Count, 'Bytes of the original.'),
  content_type: withDescription(nullable(t.string), 'The media type of the original.'),
  width: withDescription(nullable(Count), 'Pixels of a picture, or of the largest export of a film.'),
  height: nullable(Count),
  duration_seconds: nullable(Amount),
  thumbhash: withDescription(nullable(t.string), 'The thumbhash of a picture in base64url.'),
  warnings: withDescription(t.readonlyArray(t.string), 'What the exports lack of the original.'),
}

const deletionProps = {
  deleted_at: withDescription(nullable(TimeText), 'When it was put into the trash.'),
  purge_after: withDescription(nullable(TimeText), 'When the trash is emptied of it.'),
  taken_down: t.boolean,
}

/** A file as lists have it (http-api.md §8.5). */
export const MediaItemJson = t.strict({ ...itemProps, ...deletionProps }, 'MediaItem')
type MediaItemJson = t.TypeOf<typeof MediaItemJson>

const MediaExportJson = t.strict(
  {
    uid: AnyUid,
    format: t.string,
    width: nullable(Count),
    height: nullable(Count),
    codecs: withDescription(t.readonlyArray(t.string), 'Codecs as in RFC 6381; empty for a picture.'),
    bandwidth: withDescription(nullable(Count), 'Peak bits per second; null for a picture.'),
    language: withDescription(
      nullable(t.string),
      'The language of its sound (BCP 47); null if it is not known.',
    ),
    size_bytes: Count,
    recipe: withDescription(Count, 'The version of the recipe that made it.'),
    url: withDescription(UrlText, 'Its address, without a token.'),
  },
  'MediaExport',
)

const OriginalJson = t.strict({
  sha512: t.string,
  size_bytes: Count,
  content_type: nullable(t.string),
})

/** A file with everything about it (http-api.md §8.6). */
export const MediaDetailJson = t.strict(
  {
    ...itemProps,
    alt: withDescription(nullable(t.string), 'Text for people who cannot see or hear it.'),
    metadata: MediaMetadata,
    original: OriginalJson,
    exports: t.readonlyArray(MediaExportJson),
    job: withDescription(nullable(JobJson), 'The newest job of the file.'),
    ...deletionProps,
  },
  'Media',
)
type MediaDetailJson = t.TypeOf<typeof MediaDetailJson>

const timeOrNull = (microseconds: number | null): string | null =>
  microseconds === null ? null : formatMicroseconds(microseconds)

const deletionAsJson = ({
  deletedAt,
  purgeAfter,
  isTakenDown,
}: MediaItem): Pick<MediaItemJson, keyof typeof deletionProps> => ({
  deleted_at: timeOrNull(deletedAt),
  purge_after: timeOrNull(purgeAfter),
  taken_down: isTakenDown,
})

const factsAsJson = (item: MediaItem): Pick<MediaItemJson, keyof typeof itemProps> => ({
  uid: item.uid,
  kind: item.kind,
  title: item.title,
  file_name: item.fileName,
  state: item.state,
  public: item.isPublic,
  created_at: formatMicroseconds(item.createdAt),
  updated_at: formatMicroseconds(item.updatedAt),
  size_bytes: item.sizeBytes,
  content_type: item.contentType,
  width: item.width,
  height: item.height,
  duration_seconds: item.durationSeconds,
  thumbhash: item.thumbhash,
  warnings: item.warnings,
})

/** Returns a file in the form of the HTTP API (http-api.md §8.5). */
export const mediaItemAsJson = (item: MediaItem): MediaItemJson => ({
  ...factsAsJson(item),
  ...deletionAsJson(item),
})

/** Returns a file with everything about it in the form of the HTTP API (http-api.md §8.6). */
export const mediaDetailAsJson = (detail: MediaDetail): MediaDetailJson => ({
  ...factsAsJson(detail),
  alt: detail.alt,
  metadata: detail.metadata,
  original: { sha512: detail.sha512, size_bytes: detail.sizeBytes, content_type: detail.contentType },
  exports: detail.exports.map((exported) => ({
    uid: exported.uid,
    format: exported.format,
    width: exported.width,
    height: exported.height,
    codecs: exported.codecs,
    bandwidth: exported.bandwidth,
    language: exported.language,
    size_bytes: exported.sizeBytes,
    recipe: exported.recipe,
    url: exported.url,
  })),
  job: detail.job === null ? null : jobAsJson(detail.job),
  ...deletionAsJson(detail),
})

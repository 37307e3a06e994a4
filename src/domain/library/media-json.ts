import { jobAsJson } from '../jobs/job-json.ts'
import { formatMicroseconds } from '../shared/timestamp.ts'
import type { MediaDetail, MediaItem } from './media-item.ts'

const timeOrNull = (microseconds: number | null): string | null =>
  microseconds === null ? null : formatMicroseconds(microseconds)

/** Returns a file in the form of the HTTP API (http-api.md §8.5). */
export const mediaItemAsJson = (item: MediaItem) => ({
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

/** Returns a file with everything about it in the form of the HTTP API (http-api.md §8.6). */
export const mediaDetailAsJson = (detail: MediaDetail) => ({
  ...mediaItemAsJson(detail),
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
  deleted_at: timeOrNull(detail.deletedAt),
  purge_after: timeOrNull(detail.purgeAfter),
  taken_down: detail.isTakenDown,
})

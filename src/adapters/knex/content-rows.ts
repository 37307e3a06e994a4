import * as t from 'io-ts'
import type { ContentExport, NewContentExport, NewContentPart } from '../../domain/media/content-export.ts'
import { ContentExportUid, ContentFileUid, ContentPartUid } from '../../domain/media/ids.ts'
import { snakeCased } from '../../domain/shared/snake-cased.ts'
import { StoredFileJson } from './stored-file-rows.ts'

// Rows of content files as statements give them, and as they are written down. What a statement gives as JSON
// within a row has the names of the domain, so that it is decoded as it is: there may be thousands of parts.

const nullable = <C extends t.Mixed>(codec: C) => t.union([codec, t.null])

const ContentExportJson = t.strict({
  uid: ContentExportUid,
  format: t.union([t.literal('m3u8'), t.literal('mp4')]),
  width: nullable(t.number),
  height: nullable(t.number),
  frameRateNum: nullable(t.number),
  frameRateDen: nullable(t.number),
  channels: nullable(t.number),
  sampleRate: nullable(t.number),
  codecs: t.readonlyArray(t.string),
  bandwidth: t.number,
  averageBandwidth: t.number,
  iframeBandwidth: nullable(t.number),
  iframeAverageBandwidth: nullable(t.number),
  fileSize: t.number,
  durationSeconds: t.number,
  targetDuration: nullable(t.number),
  qualityParameters: t.UnknownRecord,
  firstPartUid: ContentPartUid,
})
type ContentExportJson = t.TypeOf<typeof ContentExportJson>

export const ContentFileRow = snakeCased(
  t.strict({
    uid: ContentFileUid,
    durationSeconds: t.number,
    exports: t.readonlyArray(ContentExportJson),
  }),
)

export const KnownContentFileRow = snakeCased(
  t.strict({
    uid: ContentFileUid,
    original: StoredFileJson,
    durationSeconds: t.number,
    exportCount: t.number,
    recipe: nullable(t.number),
  }),
)

const partJson = {
  uid: ContentPartUid,
  role: t.union([t.literal('init'), t.literal('media')]),
  position: t.number,
  contentType: t.string,
  durationTicks: t.number,
  timescale: t.number,
}
const KeyframeJson = t.type({ offset: t.number, length: t.number, durationTicks: t.number })

const vodRow = <P extends t.Mixed>(part: P) =>
  snakeCased(
    t.strict({ exportUid: ContentExportUid, targetDuration: t.number, parts: t.readonlyArray(part) }),
  )
export const VodPartsRow = vodRow(t.type(partJson))
export const KeyedVodPartsRow = vodRow(t.type({ ...partJson, keyframes: t.readonlyArray(KeyframeJson) }))

export const toContentExport = (made: ContentExportJson): ContentExport => {
  const { width, height, frameRateNum: num, frameRateDen: den, channels, sampleRate, ...other } = made
  const { iframeBandwidth: bandwidth, iframeAverageBandwidth: averageBandwidth, ...rest } = other
  const isVideo = width !== null && height !== null && num !== null && den !== null
  return {
    ...rest,
    video: isVideo ? { width, height, frameRate: { num, den } } : null,
    audio: channels !== null && sampleRate !== null ? { channels, sampleRate } : null,
    iFrames: bandwidth !== null && averageBandwidth !== null ? { bandwidth, averageBandwidth } : null,
  }
}

export const toExportRow = (contentFileId: number, made: NewContentExport) => ({
  uid: made.uid,
  content_file_id: contentFileId,
  format: made.format,
  width: made.video?.width ?? null,
  height: made.video?.height ?? null,
  frame_rate_num: made.video?.frameRate.num ?? null,
  frame_rate_den: made.video?.frameRate.den ?? null,
  channels: made.audio?.channels ?? null,
  sample_rate: made.audio?.sampleRate ?? null,
  codecs: [...made.codecs],
  bandwidth: made.bandwidth,
  average_bandwidth: made.averageBandwidth,
  iframe_bandwidth: made.iFrames?.bandwidth ?? null,
  iframe_average_bandwidth: made.iFrames?.averageBandwidth ?? null,
  file_size: made.fileSize,
  duration_seconds: made.durationSeconds,
  target_duration: made.targetDuration,
  quality_parameters: JSON.stringify(made.qualityParameters),
  recipe: made.recipe,
})

export const toPartRow = (exportId: number, storedFileId: number, part: NewContentPart) => ({
  uid: part.uid,
  content_file_export_id: exportId,
  s3_file_id: storedFileId,
  role: part.role,
  position: part.position,
  content_type: part.contentType,
  duration_ticks: part.durationTicks,
  timescale: part.timescale,
  keyframes: JSON.stringify(part.keyframes), // pg would make a PostgreSQL array of an array
})

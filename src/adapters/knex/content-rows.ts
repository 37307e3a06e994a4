import * as t from 'io-ts'
import type { ContentExport, NewContentExport, NewContentPart } from '../../domain/media/content-export.ts'
import { ContentExportUid, ContentFileUid, ContentPartUid } from '../../domain/media/ids.ts'
import { snakeCased } from '../../domain/shared/snake-cased.ts'
import { StoredFileJson } from './stored-file-rows.ts'

// Rows of content files, as read and as written. JSON within a row has the names of the domain, so that it
// needs no conversion: there may be thousands of segments.

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

export const IngestedContentFileRow = snakeCased(
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

export const toContentExport = (json: ContentExportJson): ContentExport => {
  const { width, height, frameRateNum: num, frameRateDen: den, channels, sampleRate, ...other } = json
  const { iframeBandwidth: bandwidth, iframeAverageBandwidth: averageBandwidth, ...rest } = other
  const isVideo = width !== null && height !== null && num !== null && den !== null
  return {
    ...rest,
    video: isVideo ? { width, height, frameRate: { num, den } } : null,
    audio: channels !== null && sampleRate !== null ? { channels, sampleRate } : null,
    iFrames: bandwidth !== null && averageBandwidth !== null ? { bandwidth, averageBandwidth } : null,
  }
}

export const toExportRow = (contentFileId: number, contentExport: NewContentExport) => ({
  uid: contentExport.uid,
  content_file_id: contentFileId,
  format: contentExport.format,
  width: contentExport.video?.width ?? null,
  height: contentExport.video?.height ?? null,
  frame_rate_num: contentExport.video?.frameRate.num ?? null,
  frame_rate_den: contentExport.video?.frameRate.den ?? null,
  channels: contentExport.audio?.channels ?? null,
  sample_rate: contentExport.audio?.sampleRate ?? null,
  codecs: [...contentExport.codecs],
  bandwidth: contentExport.bandwidth,
  average_bandwidth: contentExport.averageBandwidth,
  iframe_bandwidth: contentExport.iFrames?.bandwidth ?? null,
  iframe_average_bandwidth: contentExport.iFrames?.averageBandwidth ?? null,
  file_size: contentExport.fileSize,
  duration_seconds: contentExport.durationSeconds,
  target_duration: contentExport.targetDuration,
  quality_parameters: JSON.stringify(contentExport.qualityParameters),
  recipe: contentExport.recipe,
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
  keyframes: JSON.stringify(part.keyframes), // pg would write an array as a PostgreSQL array
})

import * as t from 'io-ts'
import type { ContentExport, NewContentExport, PartWithStart } from '../../domain/media/content-export.ts'
import { ContentExportUid, ContentFileUid, ContentPartUid } from '../../domain/media/ids.ts'
import { nullable } from '../../domain/shared/nullable.ts'
import { snakeCase, snakeCased, snakeKeys } from '../../domain/shared/snake-cased.ts'

// Codecs of the rows of content files. JSON values in a row use the domain's names, so that the rows, which
// may contain thousands of segments, need no conversion.

const exportJson = {
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
}
const ContentExportJson = t.strict({ ...exportJson, firstPartUid: ContentPartUid })
type ContentExportJson = t.TypeOf<typeof ContentExportJson>

export const ContentFileRow = snakeCased(
  t.strict({
    uid: ContentFileUid,
    durationSeconds: t.number,
    exports: t.readonlyArray(ContentExportJson),
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

/**
 * Returns an SQL list of columns, one for each member. Each column is renamed to the member's name in the
 * domain.
 */
const columnsOf = (members: t.Props, row: string): string =>
  Object.keys(members)
    .map((name) => `${row}.${snakeCase(name)} as "${name}"`)
    .join(', ')
export const exportColumns = columnsOf(exportJson, 'e')
/**
 * The columns of a segment. All of them are in the index of the primary key, so a query need not read the
 * table.
 */
export const partColumns = columnsOf(partJson, 'p')

const vodRow = <P extends t.Mixed>(part: P) =>
  snakeCased(
    t.strict({ exportUid: ContentExportUid, targetDuration: t.number, parts: t.readonlyArray(part) }),
  )
export const VodPartsRow = vodRow(t.type(partJson))
export const VodPartsWithKeyframesRow = vodRow(
  t.type({ ...partJson, keyframes: t.readonlyArray(KeyframeJson) }),
)

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

export const toExportRow = (
  contentFileId: number,
  { video, audio, iFrames, parts: _, ...columns }: NewContentExport,
) =>
  snakeKeys({
    ...columns,
    contentFileId,
    width: video?.width ?? null,
    height: video?.height ?? null,
    frameRateNum: video?.frameRate.num ?? null,
    frameRateDen: video?.frameRate.den ?? null,
    channels: audio?.channels ?? null,
    sampleRate: audio?.sampleRate ?? null,
    iframeBandwidth: iFrames?.bandwidth ?? null,
    iframeAverageBandwidth: iFrames?.averageBandwidth ?? null,
    qualityParameters: JSON.stringify(columns.qualityParameters),
  })

export const toPartRow = (
  contentFileExportId: number,
  s3FileId: number,
  { file: _, keyframes, ...part }: PartWithStart,
) =>
  snakeKeys({
    ...part,
    contentFileExportId,
    s3FileId,
    keyframes: JSON.stringify(keyframes), // pg would write an array as a PostgreSQL array
  })

import * as t from 'io-ts'
import type { PartFacts } from '../access/restrictions.ts'
import { ContentExportUid, ContentFileUid, type ContentPartUid, StoredFileUid } from '../shared/ids.ts'
import { snakeCased } from '../shared/snake-cased.ts'
import type { StoredFile } from '../shared/stored-file.ts'

/** A frame rate is a fraction: 29.97 is 30000/1001. */
export type FrameRate = { readonly num: number; readonly den: number }

export type VideoFacts = {
  /** Pixels, as coded and shown (pixels are square). */
  readonly width: number
  readonly height: number
  readonly frameRate: FrameRate
}

export type AudioFacts = { readonly channels: number; readonly sampleRate: number }

/**
 * One way in which a content file can be had. `m3u8`: a rendition in parts, for HLS and DASH; where the film
 * has sound, pictures and sound are exports of their own (CMAF, demuxed). `mp4`: one fast-start file.
 */
export type ContentExport = {
  readonly uid: ContentExportUid
  readonly format: 'm3u8' | 'mp4'
  readonly video: VideoFacts | null
  readonly audio: AudioFacts | null
  /** RFC 6381, read from the produced file: `avc1.640028`, `mp4a.40.2`. */
  readonly codecs: ReadonlyArray<string>
  /** Peak bits per second as RFC 8216bis §4.1 has it, measured on the produced parts. */
  readonly bandwidth: number
  /** All bits by all seconds, measured. */
  readonly averageBandwidth: number
  /** Bytes of all parts. */
  readonly fileSize: number
  readonly durationSeconds: number
  /** Seconds, an integer, the same for all m3u8 exports of a file; `null` for mp4. */
  readonly targetDuration: number | null
  /** How it was encoded, for people: `{ "crf": 22 }`. */
  readonly qualityParameters: Readonly<Record<string, unknown>>
  /** The part at position 0: of an mp4 export, its only one. */
  readonly firstPartUid: ContentPartUid
}

/** A content file with all of its exports, in no order. */
export type ContentFile = {
  readonly uid: ContentFileUid
  readonly durationSeconds: number
  readonly exports: ReadonlyArray<ContentExport>
}

/** Where a decodable picture starts in a part, for I-frame playlists. Bytes, from the start of the part. */
export type Keyframe = { readonly offset: number; readonly length: number; readonly durationTicks: number }

/** A piece of an export. The `init` segment stands before all `media` ones and lasts for no time. */
export type ContentPart = {
  readonly uid: ContentPartUid
  readonly role: 'init' | 'media'
  /** From 0 within its role. */
  readonly position: number
  readonly contentType: string
  /** Exact duration: `durationTicks / timescale` seconds. */
  readonly durationTicks: number
  readonly timescale: number
}

export type NewContentPart = ContentPart & {
  readonly keyframes: ReadonlyArray<Keyframe>
  readonly file: StoredFile
}

export type NewContentExport = Omit<ContentExport, 'firstPartUid'> & {
  readonly parts: ReadonlyArray<NewContentPart>
}

/** Seconds that the longest of the exports lasts. */
export const longest = (exports: ReadonlyArray<Pick<ContentExport, 'durationSeconds'>>): number =>
  exports.reduce((most, { durationSeconds }) => Math.max(most, durationSeconds), 0)

const Pixels = t.union([t.number, t.null])

/** Whose export this is, and how high (`null`: sound): cache key `content_files:vods:{uid}:meta`. */
export const VodMeta = snakeCased(t.strict({ contentFileUid: ContentFileUid, height: Pixels }))
export type VodMeta = t.TypeOf<typeof VodMeta>

const Seconds = t.union([t.number, t.null])

/**
 * What is needed to serve the bytes of a part, and to tell who may have them: cache key
 * `content_files:exports:parts:{uid}`. When it starts and ends is `null` of an init segment.
 */
export const ContentPartFile = snakeCased(
  t.strict({
    contentFileUid: ContentFileUid,
    contentFileExportUid: ContentExportUid,
    format: t.union([t.literal('m3u8'), t.literal('mp4')]),
    height: Pixels,
    startSeconds: Seconds,
    endSeconds: Seconds,
    s3FileUid: StoredFileUid,
    s3FileKey: t.string,
    contentType: t.string,
    fileSize: t.number,
    sha256: t.string,
  }),
)
export type ContentPartFile = t.TypeOf<typeof ContentPartFile>

/** What restrictions look at in it. */
export const partFacts = (part: ContentPartFile): PartFacts => {
  const { contentFileExportUid: uid, height, format, startSeconds: start, endSeconds: end } = part
  return { uid, height, format, span: start === null || end === null ? null : { start, end } }
}

/** An export and its parts in order: what a media playlist is written from. */
export type VodParts = {
  readonly exportUid: ContentExportUid
  readonly targetDuration: number
  /** `init` first, then `media` by position. */
  readonly parts: ReadonlyArray<ContentPart>
}

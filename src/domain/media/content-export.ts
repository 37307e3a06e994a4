import * as t from 'io-ts'
import { snakeCased } from '../shared/snake-cased.ts'
import { ContentExportUid, ContentFileUid, type ContentPartUid, StoredFileUid } from './ids.ts'
import type { StoredFile } from './stored-file.ts'

/** A frame rate as a fraction: 29.97 is 30000/1001. */
export type FrameRate = { readonly num: number; readonly den: number }

export type VideoFacts = {
  /** Size in pixels. The coded and the displayed size are equal, because pixels are square. */
  readonly width: number
  readonly height: number
  readonly frameRate: FrameRate
}

export type AudioFacts = { readonly channels: number; readonly sampleRate: number }

/**
 * Peak and average bits per second of the keyframes alone, if each keyframe is displayed until the next one.
 * These rates are measured like the rates of an export.
 */
export type KeyframeBitrates = { readonly bandwidth: number; readonly averageBandwidth: number }

/**
 * One encoding of a content file. `m3u8`: a segmented rendition, for HLS and DASH; video and audio are
 * separate exports (CMAF, demuxed). `mp4`: one fast-start file.
 */
export type ContentExport = {
  readonly uid: ContentExportUid
  readonly format: 'm3u8' | 'mp4'
  readonly video: VideoFacts | null
  readonly audio: AudioFacts | null
  /** Codec strings (RFC 6381), read from the encoded file: `avc1.640028`, `mp4a.40.2`. */
  readonly codecs: ReadonlyArray<string>
  /** Peak bit rate in bits per second, as defined by RFC 8216bis §4.1, measured on the segments. */
  readonly bandwidth: number
  /** Average bit rate in bits per second: total bits divided by total seconds, measured. */
  readonly averageBandwidth: number
  /** Bit rates of the keyframes; `null` for audio and mp4, and if these rates were not measured. */
  readonly iFrames: KeyframeBitrates | null
  /** Total size of all parts in bytes. */
  readonly fileSize: number
  readonly durationSeconds: number
  /** Target duration: whole seconds, the same for all m3u8 exports of a file; `null` for mp4. */
  readonly targetDuration: number | null
  /** Encoder settings, for display only, for example `{ "crf": 22 }`. */
  readonly qualityParameters: Readonly<Record<string, unknown>>
  /** The part at position 0. An mp4 export has no other part. */
  readonly firstPartUid: ContentPartUid
}

/** A content file with all of its exports, in any order. */
export type ContentFile = {
  readonly uid: ContentFileUid
  readonly durationSeconds: number
  readonly exports: ReadonlyArray<ContentExport>
}

/**
 * A keyframe, for I-frame playlists. `offset` and `length` are in bytes of the segment, and include the
 * headers before the frame. `durationTicks` is the time until the next keyframe, in the timescale of the
 * segment.
 */
export type Keyframe = { readonly offset: number; readonly length: number; readonly durationTicks: number }

/** A segment of an export. The `init` segment comes before all `media` segments, and has no duration. */
export type ContentPart = {
  readonly uid: ContentPartUid
  readonly role: 'init' | 'media'
  /** Index among the parts with the same role, from 0. */
  readonly position: number
  readonly contentType: string
  /** The exact duration is `durationTicks / timescale` seconds. */
  readonly durationTicks: number
  readonly timescale: number
}

/** A segment with its keyframes, in order. Audio and init segments have no keyframes. */
export type PartWithKeyframes = ContentPart & { readonly keyframes: ReadonlyArray<Keyframe> }

/**
 * Returns whether each of these media segments has a keyframe, so that keyframes cover the whole duration.
 */
export const everyPartHasKeyframes = (media: ReadonlyArray<Pick<PartWithKeyframes, 'keyframes'>>): boolean =>
  media.length > 0 && media.every(({ keyframes }) => keyframes.length > 0)

export type NewContentPart = PartWithKeyframes & { readonly file: StoredFile }

export type NewContentExport = Omit<ContentExport, 'firstPartUid'> & {
  readonly parts: ReadonlyArray<NewContentPart>
  /** Version of the recipe with which the export was encoded. */
  readonly recipe: number
  /** Language of the audio, as the source names it (RFC 5646, lower case); `null` for none, or if it is unknown. */
  readonly language: string | null
}

/** A segment, and when it starts (seconds from the start of its export); `null` for an init segment. */
export type PartWithStart = NewContentPart & { readonly startSeconds: number | null }

/** Returns the segments by position, each with its start: the sum of the durations before it. */
export const withStartTimes = (parts: ReadonlyArray<NewContentPart>): ReadonlyArray<PartWithStart> => {
  let elapsed = 0
  return [...parts]
    .sort((a, b) => a.position - b.position)
    .map((part) => {
      if (part.role === 'init') return { ...part, startSeconds: null }
      const startSeconds = elapsed
      elapsed += part.durationTicks / part.timescale
      return { ...part, startSeconds }
    })
}

/** Returns the duration of the longest export (seconds). */
export const longestDurationSeconds = (
  exports: ReadonlyArray<Pick<ContentExport, 'durationSeconds'>>,
): number => exports.reduce((longest, { durationSeconds }) => Math.max(longest, durationSeconds), 0)

const Pixels = t.union([t.number, t.null])

/** The file and the height of an export (`null` for audio). Cache key `content_files:vods:{uid}:meta`. */
export const VodMeta = snakeCased(t.strict({ contentFileUid: ContentFileUid, height: Pixels }))
export type VodMeta = t.TypeOf<typeof VodMeta>

const Seconds = t.union([t.number, t.null])

/**
 * The fields that are needed to authorize and serve a segment. Cache key `content_files:exports:parts:{uid}`.
 * `startSeconds` and `endSeconds` are `null` for an init segment.
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
    /** Time at which the part was stored, in milliseconds since 1970. */
    storedAt: t.number,
  }),
)
export type ContentPartFile = t.TypeOf<typeof ContentPartFile>

/** An export and its segments: the input of a media playlist. */
export type VodParts = {
  readonly exportUid: ContentExportUid
  readonly targetDuration: number
  /** The segments: `init` first, then `media` by position. */
  readonly parts: ReadonlyArray<ContentPart>
}

/** An export and its segments with keyframes: the input of an I-frame playlist. */
export type VodPartsWithKeyframes = Omit<VodParts, 'parts'> & {
  readonly parts: ReadonlyArray<PartWithKeyframes>
}

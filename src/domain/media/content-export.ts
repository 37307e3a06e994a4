import * as t from 'io-ts'
import type { PartFacts } from '../access/restrictions.ts'
import { snakeCased } from '../shared/snake-cased.ts'
import { ContentExportUid, ContentFileUid, type ContentPartUid, StoredFileUid } from './ids.ts'
import type { StoredFile } from './stored-file.ts'

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
 * Bits per second of the key pictures by themselves, one shown until the next: peak and average, measured as those of
 * an export are.
 */
export type IFrameRates = { readonly bandwidth: number; readonly averageBandwidth: number }

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
  /** `null` of what has no key pictures of its own (sound, mp4), and where nobody measured. */
  readonly iFrames: IFrameRates | null
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

/**
 * A picture that can be decoded by itself, for I-frame playlists: where in its part it and what describes it are, in
 * bytes, and how long it is until the next one, in ticks of the part's timescale.
 */
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

/** A part with the key pictures in it, in order: none in sound and in what initialises. */
export type KeyedPart = ContentPart & { readonly keyframes: ReadonlyArray<Keyframe> }

/** Whether key pictures alone show all that these media parts last for: each part begins with one. */
export const areKeyed = (media: ReadonlyArray<Pick<KeyedPart, 'keyframes'>>): boolean =>
  media.length > 0 && media.every(({ keyframes }) => keyframes.length > 0)

export type NewContentPart = KeyedPart & { readonly file: StoredFile }

export type NewContentExport = Omit<ContentExport, 'firstPartUid'> & {
  readonly parts: ReadonlyArray<NewContentPart>
  /** Which recipe made it. */
  readonly recipe: number
}

/** Seconds that the longest of the exports lasts. */
export const longestDuration = (exports: ReadonlyArray<Pick<ContentExport, 'durationSeconds'>>): number =>
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
    /** Milliseconds since 1970. */
    storedAt: t.number,
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

/** The same with its key pictures: what an I-frame playlist is written from. */
export type KeyedVodParts = Omit<VodParts, 'parts'> & { readonly parts: ReadonlyArray<KeyedPart> }

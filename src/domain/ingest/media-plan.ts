import type { FilmTags } from '../colour/film-colour.ts'
import type { FrameRate } from '../export/content-export.ts'

/** What a sound or film is, before anything is made of it. */
export type MediaFacts = {
  /** Seconds; `null` when the file does not say. That of a stream that is left out may be longer. */
  readonly durationSeconds: number | null
  /** What the file says of the streams in use; `null` when it does not, or speaks of all streams together. */
  readonly announcedSeconds: number | null
  readonly video: VideoSource | null
  readonly audio: AudioSource | null
  /** Sounds that are decoded, too, in the order to take them if `audio` turns out broken. */
  readonly otherSounds: ReadonlyArray<OtherSound>
  /** What a person should know: which streams are left out, and why. */
  readonly warnings: ReadonlyArray<string>
}

export type VideoSource = {
  /** Which of the file's streams. */
  readonly index: number
  /** FFmpeg's name. */
  readonly codec: string
  /** Seconds from the start of the film to that of the pictures; `null` when unknown. */
  readonly startSeconds: number | null
  /** Seconds from the start of the file to the end of the stream; `null` when the file does not say. */
  readonly endSeconds: number | null
  /** Pixels as shown: turned upright, pixels made square. */
  readonly width: number
  readonly height: number
  /** Pixels as coded, and the degrees clockwise by which they must be turned. */
  readonly codedWidth: number
  readonly codedHeight: number
  readonly rotation: number
  /** Whether it is upside down before it is turned: a mirror image. */
  readonly mirrored: boolean
  /** Frames per second: average and smallest common rate, 0 when unknown. */
  readonly averageRate: number
  readonly nominalRate: number
  /** Counted where its pictures are densest for a while; `null` where nothing was counted. The other two are guesses. */
  readonly peakRate: number | null
  /** Whether a picture holds two fields, of two moments. */
  readonly interlaced: boolean
  readonly colour: FilmTags
}

export type AudioSource = {
  readonly index: number
  readonly codec: string
  readonly endSeconds: number | null
  readonly channels: number
  /** Hz. */
  readonly sampleRate: number
  /** Bits per second, `null` when unknown. */
  readonly bitrate: number | null
}

/** `description`: what a person knows it by: `sound in fra (aac, 1 channel)`. */
export type OtherSound = { readonly source: AudioSource; readonly description: string }

/** One video rendition to make. */
export type VideoRung = {
  readonly name: string
  readonly width: number
  readonly height: number
  /** Kilobits per second. */
  readonly maxrate: number
  readonly bufsize: number
}

/** One audio rendition to make. */
export type AudioRung = {
  readonly name: string
  readonly kilobits: number
  readonly channels: 1 | 2
  readonly sampleRate: number
}

/** All that one pass makes. At least one of `video` and `audio` has a rung. */
export type MediaPlan = {
  readonly frameRate: FrameRate
  /** Frames from one key picture to the next. */
  readonly gop: number
  /** Seconds that a part aims at; a whole number of GOPs where there are pictures. The first part is one GOP. */
  readonly partSeconds: number
  readonly crf: number
  readonly video: ReadonlyArray<VideoRung>
  readonly audio: ReadonlyArray<AudioRung>
}

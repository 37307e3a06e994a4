import type { VideoColourTags } from '../../colour/video-colour.ts'
import type { FrameRate } from '../../media/content-export.ts'

/** The properties of an audio or video source. */
export type MediaFacts = {
  /** Duration in seconds; `null` if the file does not declare it. An ignored stream may be longer. */
  readonly durationSeconds: number | null
  /**
   * Seconds that the file declares for the selected streams; `null` if it does not declare them for these
   * alone.
   */
  readonly declaredSeconds: number | null
  readonly video: VideoSource | null
  readonly audio: AudioSource | null
  /** Audio streams that replace `audio` if it cannot be decoded, best first. They are decoded, too. */
  readonly fallbackAudio: ReadonlyArray<FallbackAudio>
  /** Messages for the person who added the file: which streams are ignored, and why. */
  readonly warnings: ReadonlyArray<string>
}

export type VideoSource = {
  /** Index of the stream in the file. */
  readonly index: number
  /** FFmpeg's codec name. */
  readonly codec: string
  /** Seconds from the start of the file to the start of the stream; `null` if unknown. */
  readonly startSeconds: number | null
  /** Seconds from the start of the file to the end of the stream; `null` if the file does not say. */
  readonly endSeconds: number | null
  /** Pixels as displayed: upright, with square pixels. */
  readonly width: number
  readonly height: number
  /** Pixels as coded, and the clockwise rotation for display (degrees). */
  readonly codedWidth: number
  readonly codedHeight: number
  readonly rotation: number
  /** Whether the video is mirrored. It must then be flipped vertically before the rotation. */
  readonly mirrored: boolean
  /** Frames per second: average rate and lowest common rate; 0 if unknown. Both are estimates. */
  readonly averageRate: number
  readonly nominalRate: number
  /** Frames per second, counted where the frames are densest; `null` if not counted. */
  readonly peakRate: number | null
  /** Whether each frame holds two fields from different times. */
  readonly interlaced: boolean
  readonly colour: VideoColourTags
  /**
   * Times by which the engine reports frames later than the file declares. Each entry adds `seconds` to the
   * frames from `fromSeconds` on, in the engine's time (0: from the start). `startSeconds` and `endSeconds`
   * are as the file declares.
   */
  readonly late: ReadonlyArray<{ readonly fromSeconds: number; readonly seconds: number }>
}

export type AudioSource = {
  readonly index: number
  readonly codec: string
  readonly endSeconds: number | null
  readonly channels: number
  /** Hz. */
  readonly sampleRate: number
  /** Bits per second; `null` if unknown. */
  readonly bitrate: number | null
}

/** `description`: text for messages, such as `sound in fra (aac, 1 channel)`. */
export type FallbackAudio = { readonly source: AudioSource; readonly description: string }

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

/** The renditions of one transcoding pass. At least one of `video` and `audio` has a rung. */
export type MediaPlan = {
  readonly frameRate: FrameRate
  /** Number of frames from one keyframe to the next. */
  readonly gop: number
  /**
   * Target length of a part (seconds). With video it is a whole number of GOPs, and the first part is one
   * GOP.
   */
  readonly partSeconds: number
  readonly crf: number
  readonly video: ReadonlyArray<VideoRung>
  readonly audio: ReadonlyArray<AudioRung>
}

import type { VideoColourTags } from '../../colour/video-colour.ts'
import type { FrameRate } from '../../media/content-export.ts'

/** The properties of an audio or video source. */
export type MediaFacts = {
  /**
   * Duration in seconds; `null` if the file does not declare it. A stream that is not selected may be longer.
   */
  readonly durationSeconds: number | null
  /**
   * Duration in seconds that the file declares for the selected streams; `null` if it declares none for these
   * streams alone.
   */
  readonly declaredSeconds: number | null
  readonly video: VideoSource | null
  readonly audio: AudioSource | null
  /**
   * Audio streams that are tried in this order if `audio` cannot be decoded. All of them are decoded in the
   * same pass.
   */
  readonly fallbackAudio: ReadonlyArray<FallbackAudio>
  /** Messages for the person who added the file. The messages tell which streams are ignored, and why. */
  readonly warnings: ReadonlyArray<string>
}

export type VideoSource = {
  /** Index of the stream in the file. */
  readonly index: number
  /** FFmpeg's codec name. */
  readonly codec: string
  /** Seconds from the start of the file to the start of the stream; `null` if unknown. */
  readonly startSeconds: number | null
  /** Seconds from the start of the file to the end of the stream; `null` if the file does not declare it. */
  readonly endSeconds: number | null
  /** Displayed size in pixels: upright, with square pixels. */
  readonly width: number
  readonly height: number
  /** Size of the coded frames in pixels. For display they are rotated clockwise by `rotation` degrees. */
  readonly codedWidth: number
  readonly codedHeight: number
  readonly rotation: number
  /** Whether the video is mirrored. If so, it must be flipped vertically before the rotation. */
  readonly mirrored: boolean
  /**
   * Frames per second: the average rate and the lowest rate that fits all timestamps (FFmpeg's
   * `r_frame_rate`); 0 if unknown. Both are estimates.
   */
  readonly averageRate: number
  readonly nominalRate: number
  /** Frames per second, counted where the frames are densest; `null` if the frames were not counted. */
  readonly peakFrameRate: number | null
  /** Whether each frame contains two fields from different times. */
  readonly interlaced: boolean
  readonly colour: VideoColourTags
  /**
   * Delays with which the engine reports frames, compared with the file. Each entry adds `seconds` to the
   * frames from `fromSeconds` on, which is a time as the engine reports it (0: from the start).
   * `startSeconds` and `endSeconds` are without these delays.
   */
  readonly late: ReadonlyArray<{ readonly fromSeconds: number; readonly seconds: number }>
  /**
   * When the last frame begins and ends according to the file, as times that the engine reports; `null` if the
   * engine knows its end as well.
   */
  readonly lastFrame: { readonly fromSeconds: number; readonly toSeconds: number } | null
}

export type AudioSource = {
  readonly index: number
  readonly codec: string
  readonly endSeconds: number | null
  readonly channels: number
  /** Sample rate in Hz. */
  readonly sampleRate: number
  /** Bit rate in bits per second; `null` if unknown. */
  readonly bitrate: number | null
  /** Language of the stream (RFC 5646, lower case); `null` if unknown. */
  readonly language: string | null
}

/**
 * An audio stream that may replace the selected one. `description` is its text for messages, such as `sound
 * in fra (aac, 1 channel)`.
 */
export type FallbackAudio = { readonly source: AudioSource; readonly description: string }

/** A video rendition to make. */
export type VideoRung = {
  readonly name: string
  readonly width: number
  readonly height: number
  /** Maximum bit rate in kilobits per second. The encoder measures it over `bufsize` (kilobits). */
  readonly maxrate: number
  readonly bufsize: number
}

/** An audio rendition to make. */
export type AudioRung = {
  readonly name: string
  readonly kilobits: number
  readonly channels: 1 | 2
  readonly sampleRate: number
}

/**
 * The renditions of one transcoding pass. `video` or `audio` contains at least one rung (planned rendition).
 */
export type MediaPlan = {
  readonly frameRate: FrameRate
  /** Number of frames from one keyframe to the next. */
  readonly gop: number
  /**
   * Target length of a part (seconds). If there is video, this is a whole number of GOPs, and the first part
   * is one GOP long.
   */
  readonly partSeconds: number
  readonly crf: number
  readonly video: ReadonlyArray<VideoRung>
  readonly audio: ReadonlyArray<AudioRung>
}

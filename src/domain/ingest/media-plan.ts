import type { FrameRate } from '../export/content-export.ts'

/** What a sound or film is, before anything is made of it. */
export type MediaFacts = {
  /** Seconds; `null` when the file does not say. */
  readonly durationSeconds: number | null
  readonly video: VideoSource | null
  readonly audio: AudioSource | null
}

export type VideoSource = {
  /** Which of the file's streams. */
  readonly index: number
  /** Pixels as shown: turned upright, pixels made square. */
  readonly width: number
  readonly height: number
  /** Frames per second: average and smallest common rate, 0 when unknown. */
  readonly averageRate: number
  readonly nominalRate: number
  readonly interlaced: boolean
  /** Its transfer function is PQ or HLG: needs tone mapping. */
  readonly hdr: boolean
}

export type AudioSource = {
  readonly index: number
  readonly codec: string
  readonly channels: number
  /** Hz. */
  readonly sampleRate: number
  /** Bits per second, `null` when unknown. */
  readonly bitrate: number | null
}

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
  /** Seconds that a part aims at; a whole number of GOPs where there are pictures. */
  readonly partSeconds: number
  readonly crf: number
  readonly video: ReadonlyArray<VideoRung>
  readonly audio: ReadonlyArray<AudioRung>
}

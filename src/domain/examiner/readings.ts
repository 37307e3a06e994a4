// What a reader found in the bytes of what was made, before it is published. Nothing here is taken from the plan.

/** By the numbers of ITU-T H.273. */
export type ColourTags = {
  readonly primaries: number
  readonly transfer: number
  readonly matrix: number
  /** Levels from 0 to 255 in place of 16 to 235. */
  readonly isFullRange: boolean
}

/** H.264's sequence parameter set: what a decoder goes by. */
export type SequenceReading = {
  readonly profile: number
  /** The constraint flags, as the second byte of the codec string has them. */
  readonly constraints: number
  /** Ten times the level: 31 is level 3.1. */
  readonly level: number
  /** Pixels, as shown. */
  readonly width: number
  readonly height: number
  /** Of 16 × 16 pixels, as coded. */
  readonly macroblocksWide: number
  readonly macroblocksHigh: number
  readonly referenceFrames: number
  /** `null`: it does not say. */
  readonly colour: ColourTags | null
  /** Pixels that are as wide as high; also what does not say. */
  readonly isSquare: boolean
}

export type PicturesReading = {
  /** Pixels, by the sample entry. */
  readonly width: number
  readonly height: number
  /** `null`: there is none, or more than one. */
  readonly sequence: SequenceReading | null
  /** By the box `colr`, where there is one. */
  readonly boxColour: ColourTags | null
}

/** AudioSpecificConfig (ISO/IEC 14496-3 §1.6.2.1). */
export type SoundReading = {
  readonly objectType: number
  /** Hz; `null`: a rate that has no number of its own. */
  readonly sampleRate: number | null
  readonly channels: number
}

export type TrackReading = {
  /** RFC 6381, as the sample entry has it: lists name it so. */
  readonly codec: string
  /** Ticks a second. */
  readonly timescale: number
  readonly pictures: PicturesReading | null
  readonly sound: SoundReading | null
  /** What moves it in time, for those players alone that read it. */
  readonly hasEditList: boolean
}

/** A `moof` with its `mdat`: a GOP of pictures, or about a second of sound. Times are ticks. */
export type FragmentReading = {
  readonly bytes: number
  /** Bytes from its start to the end of its first sample: what an I-frame playlist asks for. */
  readonly firstSampleEnd: number
  readonly startTicks: number
  readonly durationTicks: number
  readonly samples: number
  /** Of its samples. */
  readonly shortestTicks: number
  readonly longestTicks: number
  /** When the first of its samples is shown or heard, and when the last one ends. */
  readonly shownFromTicks: number
  readonly shownToTicks: number
  /** Whether its first sample is marked as one that needs none before it. */
  readonly isMarkedKey: boolean
  /** Whether its first sample is such a picture (IDR); `null` of sound. */
  readonly startsWithIdr: boolean | null
}

export type PartReading = {
  readonly bytes: number
  readonly fragments: ReadonlyArray<FragmentReading>
}

/** One rendition. */
export type RenditionReading = {
  readonly name: string
  readonly track: TrackReading
  readonly parts: ReadonlyArray<PartReading>
}

/** A file that plays by itself. */
export type ProgressiveReading = {
  readonly bytes: number
  /** Whether what describes it stands before what it describes. */
  readonly isFastStart: boolean
  readonly tracks: ReadonlyArray<{
    readonly codec: string
    readonly samples: number
    readonly seconds: number
    /** When its first sample is shown or heard, and for how long it goes on, by its edit list if there is one. */
    readonly shownFromSeconds: number
    readonly shownSeconds: number
  }>
}

export const fragmentsOf = ({ parts }: RenditionReading): ReadonlyArray<FragmentReading> =>
  parts.flatMap(({ fragments }) => fragments)

export const secondsOf = (rendition: RenditionReading): number =>
  fragmentsOf(rendition).reduce((ticks, { durationTicks }) => ticks + durationTicks, 0) /
  rendition.track.timescale

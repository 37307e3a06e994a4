// What was parsed from the bytes of new exports, before publication. Nothing here is taken from the plan.

/** Code points of ITU-T H.273. */
export type ParsedColourTags = {
  readonly primaries: number
  readonly transfer: number
  readonly matrix: number
  /** Values from 0 to 255 instead of 16 to 235. */
  readonly isFullRange: boolean
}

/** The sequence parameter set of H.264, from which a decoder is configured. */
export type SequenceParameterSet = {
  readonly profile: number
  /** The constraint flags, as in the second byte of the codec string. */
  readonly constraints: number
  /** Ten times the level: 31 is level 3.1. */
  readonly level: number
  /** Pixels, as displayed. */
  readonly width: number
  readonly height: number
  /** Macroblocks of 16 × 16 pixels, as coded. */
  readonly macroblocksWide: number
  readonly macroblocksHigh: number
  readonly referenceFrames: number
  /** `null`: it has no colour description. */
  readonly colour: ParsedColourTags | null
  /** Whether pixels are square. True if unspecified. */
  readonly isSquare: boolean
}

export type ParsedVideo = {
  /** Pixels, from the sample entry. */
  readonly width: number
  readonly height: number
  /** `null`: there is none, or more than one. */
  readonly sequence: SequenceParameterSet | null
  /** From the `colr` box; `null`: there is none. */
  readonly boxColour: ParsedColourTags | null
}

/** AudioSpecificConfig (ISO/IEC 14496-3 §1.6.2.1). */
export type ParsedAudio = {
  readonly objectType: number
  /** Hz; `null`: not one of the rates with an index. */
  readonly sampleRate: number | null
  readonly channels: number
}

export type ParsedTrack = {
  /** RFC 6381, from the sample entry. Playlists declare it. */
  readonly codec: string
  /** Ticks per second. */
  readonly timescale: number
  readonly video: ParsedVideo | null
  readonly audio: ParsedAudio | null
  /** Whether players neither rotate, mirror nor stretch what they decode (`tkhd`). */
  readonly isUpright: boolean
  /** An edit list shifts the track in time, but only in players that support edit lists. */
  readonly hasEditList: boolean
}

/** A `moof` with its `mdat`: a GOP of video, or about a second of audio. Times are in ticks. */
export type ParsedFragment = {
  readonly bytes: number
  /** Bytes from its start to the end of its first sample: the byte range of an I-frame playlist. */
  readonly firstSampleEnd: number
  readonly startTicks: number
  readonly durationTicks: number
  readonly samples: number
  /** Durations of its shortest and longest sample. */
  readonly shortestTicks: number
  readonly longestTicks: number
  /** Presentation time of its first sample, and the end of its last one. */
  readonly shownFromTicks: number
  readonly shownToTicks: number
  /** Number of different presentation times. */
  readonly shownTimes: number
  /**
   * The most bits in the buffer of a decoder during its samples, if they arrive at the highest bit rate of the
   * level that the track declares; `null` for audio, and if there is no such level.
   */
  readonly peakBufferBits: number | null
  /** Whether its first sample is marked as a sync sample. */
  readonly isMarkedKey: boolean
  /** Whether its first sample is an IDR picture; `null` for audio. */
  readonly startsWithIdr: boolean | null
}

export type ParsedPart = {
  readonly bytes: number
  readonly fragments: ReadonlyArray<ParsedFragment>
}

export type ParsedRendition = {
  readonly name: string
  readonly track: ParsedTrack
  readonly parts: ReadonlyArray<ParsedPart>
}

/** A progressive MP4. */
export type ParsedProgressive = {
  readonly bytes: number
  /** Whether `moov` precedes `mdat`. */
  readonly isFastStart: boolean
  readonly tracks: ReadonlyArray<{
    readonly codec: string
    /** Whether players neither rotate, mirror nor stretch what they decode (`tkhd`). */
    readonly isUpright: boolean
    readonly samples: number
    /** Their numbers, from 1; `null`: all samples are keyframes. */
    readonly keyframes: ReadonlyArray<number> | null
    readonly seconds: number
    /** Presentation start and duration, according to the edit list if there is one. */
    readonly shownFromSeconds: number
    readonly shownSeconds: number
  }>
}

/** A stream of the source. Its packets are read without a decoder. */
export type SourceStream = {
  readonly kind: 'video' | 'audio'
  /** End of its last packet, in seconds from the start of the renditions. */
  readonly packetSeconds: number
  /** Duration of that packet; 0 if unknown. */
  readonly lastPacketSeconds: number
  /** Seconds of it in the renditions: without what was added to make these equally long. */
  readonly encodedSeconds: number
}

export const fragmentsOf = ({ parts }: ParsedRendition): ReadonlyArray<ParsedFragment> =>
  parts.flatMap(({ fragments }) => fragments)

export const parsedSeconds = (rendition: ParsedRendition): number =>
  fragmentsOf(rendition).reduce((ticks, { durationTicks }) => ticks + durationTicks, 0) /
  rendition.track.timescale

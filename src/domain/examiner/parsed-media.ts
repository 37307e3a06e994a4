import { totalTicks } from '../media/total-ticks.ts'

// Facts that were parsed from the bytes of new exports before publication. None of these facts comes from the
// plan.

/** Colours as code points of ITU-T H.273. */
export type ParsedColourTags = {
  readonly primaries: number
  readonly transfer: number
  readonly matrix: number
  /** Whether luma values range from 0 to 255. Otherwise they range from 16 to 235. */
  readonly isFullRange: boolean
}

/** The sequence parameter set of H.264, which configures a decoder. */
export type SequenceParameterSet = {
  readonly profile: number
  /** The constraint flags, as in the second byte of the codec string. */
  readonly constraints: number
  /** Ten times the level, for example 31 for level 3.1. */
  readonly level: number
  /** Displayed size in pixels. */
  readonly width: number
  readonly height: number
  /** Coded size in macroblocks of 16 × 16 pixels. */
  readonly macroblocksWide: number
  readonly macroblocksHigh: number
  readonly referenceFrames: number
  /** Colour tags of the sequence parameter set; `null` if it has none. */
  readonly colour: ParsedColourTags | null
  /** Whether pixels are square. This is `true` if the sequence parameter set does not specify it. */
  readonly isSquare: boolean
}

export type ParsedVideo = {
  /** Size in pixels, from the sample entry. */
  readonly width: number
  readonly height: number
  /** The sequence parameter set of the track; `null` if there is none, or more than one. */
  readonly sequence: SequenceParameterSet | null
  /** Colour tags of the `colr` box; `null` if there is none. */
  readonly boxColour: ParsedColourTags | null
}

/** The AudioSpecificConfig (ISO/IEC 14496-3 §1.6.2.1). */
export type ParsedAudio = {
  readonly objectType: number
  /** Sample rate in Hz; `null` if the rate is not in the table of the standard and is written as a number. */
  readonly sampleRate: number | null
  readonly channels: number
}

export type ParsedTrack = {
  /** Codec from the sample entry, in the format of RFC 6381. Playlists declare it. */
  readonly codec: string
  /** Number of ticks per second. */
  readonly timescale: number
  readonly video: ParsedVideo | null
  readonly audio: ParsedAudio | null
  /** Whether players neither rotate, mirror nor stretch the decoded frames (`tkhd`). */
  readonly isUpright: boolean
  /**
   * Whether there is an edit list. An edit list shifts the track in time, but only in players that support
   * edit lists.
   */
  readonly hasEditList: boolean
}

/**
 * A fragment: a `moof` box and its `mdat` box. It contains a GOP of video, or about a second of audio. Times
 * are in ticks.
 */
export type ParsedFragment = {
  readonly bytes: number
  /**
   * Number of bytes from the start of the fragment to the end of its first sample. An I-frame playlist refers
   * to this byte range.
   */
  readonly firstSampleEnd: number
  readonly startTicks: number
  readonly durationTicks: number
  readonly samples: number
  /** Durations of the shortest and of the longest sample, in ticks. */
  readonly shortestTicks: number
  readonly longestTicks: number
  /**
   * Presentation time of the sample that is shown first, and end of the sample that is shown last (in ticks).
   */
  readonly shownFromTicks: number
  readonly shownToTicks: number
  /** Number of different presentation times. */
  readonly shownTimes: number
  /**
   * Maximum number of bits in the buffer of a decoder while these samples are decoded, if they arrive at the
   * highest bit rate of the level that the track declares. `null` for audio, and if the declared level does
   * not exist.
   */
  readonly peakBufferBits: number | null
  /** Whether the first sample is marked as a sync sample. */
  readonly isMarkedKey: boolean
  /** Whether the first sample is an IDR picture; `null` for audio. */
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

/** A parsed progressive MP4. */
export type ParsedProgressive = {
  readonly bytes: number
  /**
   * Whether the index (`moov`) comes before the media data (`mdat`), so that playback can start before the
   * download is complete.
   */
  readonly isFastStart: boolean
  readonly tracks: ReadonlyArray<{
    readonly codec: string
    /** Whether players neither rotate, mirror nor stretch the decoded frames (`tkhd`). */
    readonly isUpright: boolean
    readonly samples: number
    /** Numbers of the samples that are keyframes, counted from 1; `null` if all samples are keyframes. */
    readonly keyframes: ReadonlyArray<number> | null
    readonly seconds: number
    /** Start and duration of the presentation, according to the edit list if there is one. */
    readonly shownFromSeconds: number
    readonly shownSeconds: number
  }>
}

/** A stream of the source. Its packets were read, but not decoded. */
export type SourceStream = {
  readonly kind: 'video' | 'audio'
  /** Lower bound of the end of the last packet, in seconds from the start of the renditions. */
  readonly packetSeconds: number
  /** Duration of the last packet; 0 if unknown. */
  readonly lastPacketSeconds: number
  /**
   * Number of seconds of this stream in the renditions, without the padding that makes all renditions
   * equally long.
   */
  readonly encodedSeconds: number
}

export const fragmentsOf = ({ parts }: ParsedRendition): ReadonlyArray<ParsedFragment> =>
  parts.flatMap(({ fragments }) => fragments)

export const parsedSeconds = (rendition: ParsedRendition): number =>
  totalTicks(fragmentsOf(rendition)) / rendition.track.timescale

import type {
  ParsedAudio,
  ParsedFragment,
  ParsedTrack,
  ParsedVideo,
  SequenceParameterSet,
} from '../../src/domain/examiner/parsed-media.ts'
import type { NewContentExport, NewContentPart } from '../../src/domain/media/content-export.ts'
import type { ProgressiveFile, Rendition, TranscodeResult } from '../../src/ports/transcoder.ts'
import { fakeTranscodeResult, progressiveFileOf } from './fake-transcode-result.ts'

export const { made, plan } = fakeTranscodeResult()

/** Returns a copy of a list with one element changed. */
export const changeAt = <T>(all: ReadonlyArray<T>, index: number, change: (one: T) => T): ReadonlyArray<T> =>
  all.map((one, i) => (i === index ? change(one) : one))

// Indexes of the renditions of the fake film: video of 360 and of 240 lines, and audio.
export const [v360, v240, a128] = [0, 1, 2]
export const [mp4OfV360, mp4OfV240] = [3, 4]

/** Changes a rendition. The MP4 of the rendition remains a correct copy of it. */
export const withRendition = (
  index: number,
  change: (rendition: Rendition) => Rendition,
): TranscodeResult => {
  const renditions = changeAt(made.renditions, index, (one) => {
    const { parts, ...changed } = change(one)
    const ticksOf = (fragments: ReadonlyArray<ParsedFragment>) =>
      fragments.reduce((sum, { durationTicks }) => sum + durationTicks, 0)
    return { ...changed, parts: parts.map((part) => ({ ...part, durationTicks: ticksOf(part.fragments) })) }
  })
  const progressive = made.progressive.map(({ renditions: names }) =>
    progressiveFileOf(renditions.filter(({ name }) => names.includes(name))),
  )
  return { ...made, renditions, progressive }
}
/** Divides the fragments of a rendition into parts. `counts`: the number of fragments in each part. */
export const withParts = (index: number, counts: ReadonlyArray<number>) =>
  withRendition(index, (one) => {
    const all = one.parts.flatMap(({ fragments }) => fragments)
    const parts = counts.map((count, i) => {
      const first = counts.slice(0, i).reduce((sum, before) => sum + before, 0)
      const fragments = all.slice(first, first + count)
      const end = fragments.reduce((sum, { bytes }) => sum + bytes, 0)
      return { slice: { path: one.name, start: 0, end }, durationTicks: 0, keyframes: [], fragments }
    })
    return { ...one, parts }
  })
export const withTrack = (index: number, change: (track: ParsedTrack) => Partial<ParsedTrack>) =>
  withRendition(index, (one) => {
    const track = { ...one.track, ...change(one.track) }
    return { ...one, track, codec: track.codec }
  })
export const withPictures = (change: Partial<ParsedVideo>) =>
  withTrack(v360, ({ video }) => ({ video: video && { ...video, ...change } }))
const hex = (byte: number) => byte.toString(16).padStart(2, '0')
/** Changes the sequence parameter set of the first rendition, and its codec string accordingly. */
export const withSequence = (change: Partial<SequenceParameterSet>) =>
  withTrack(v360, ({ video, codec }) => {
    const sequence = video?.sequence && { ...video.sequence, ...change }
    return {
      codec: sequence ? `avc1.6400${hex(sequence.level)}` : codec,
      video: video && { ...video, sequence: sequence ?? null },
    }
  })
export const withSound = (change: Partial<ParsedAudio>) =>
  withTrack(a128, ({ audio }) => ({ audio: audio && { ...audio, ...change } }))
/** Changes one fragment of the second part. */
export const withFragment = (index: number, change: (fragment: ParsedFragment) => Partial<ParsedFragment>) =>
  withRendition(index, (one) => ({
    ...one,
    parts: changeAt(one.parts, 1, (part) => ({
      ...part,
      fragments: changeAt(part.fragments, 0, (fragment) => ({ ...fragment, ...change(fragment) })),
    })),
  }))
export const withMp4 = (change: (mp4: ProgressiveFile) => ProgressiveFile): TranscodeResult => ({
  ...made,
  progressive: changeAt(made.progressive, 0, change),
})
type Mp4Track = ProgressiveFile['parsed']['tracks'][number]
export const withMp4Track = (index: number, change: Partial<Mp4Track>) =>
  withMp4(({ parsed, ...mp4 }) => ({
    ...mp4,
    parsed: { ...parsed, tracks: changeAt(parsed.tracks, index, (one) => ({ ...one, ...change })) },
  }))

export type Stored = ReadonlyArray<NewContentExport>
export const withExport =
  (index: number, change: (one: NewContentExport) => Partial<NewContentExport>) =>
  (stored: Stored): Stored =>
    changeAt(stored, index, (one) => ({ ...one, ...change(one) }))
export const withPart = (index: number, change: Partial<NewContentPart>) =>
  withExport(v360, ({ parts }) => ({ parts: changeAt(parts, index, (part) => ({ ...part, ...change })) }))

/**
 * A broken output of the transcoder, or broken exports of a correct output, and all violations that are
 * reported for it.
 */
export type Broken = readonly [
  what: string,
  broken: TranscodeResult | ((stored: Stored) => Stored),
  ...violations: ReadonlyArray<string>,
]

import type {
  FragmentReading,
  PicturesReading,
  SequenceReading,
  SoundReading,
  TrackReading,
} from '../../src/domain/examiner/readings.ts'
import type { NewContentExport, NewContentPart } from '../../src/domain/media/content-export.ts'
import type { Progressive, Rendition, Transcoded } from '../../src/ports/transcoder.ts'
import { makeUpFilm, progressiveOf } from './made-up-film.ts'

export const { made, plan } = makeUpFilm()

/** Copies a list with one element changed. */
export const changeAt = <T>(all: ReadonlyArray<T>, index: number, change: (one: T) => T): ReadonlyArray<T> =>
  all.map((one, i) => (i === index ? change(one) : one))

// The renditions of the made-up film, and its MP4s.
export const [v360, v240, a128] = [0, 1, 2]
export const [mp4OfV360, mp4OfV240] = [3, 4]

/** Changes a rendition. Its MP4 is a correct copy. */
export const withRendition = (index: number, change: (rendition: Rendition) => Rendition): Transcoded => {
  const renditions = changeAt(made.renditions, index, (one) => {
    const { parts, ...changed } = change(one)
    const ticksOf = (fragments: ReadonlyArray<FragmentReading>) =>
      fragments.reduce((sum, { durationTicks }) => sum + durationTicks, 0)
    return { ...changed, parts: parts.map((part) => ({ ...part, durationTicks: ticksOf(part.fragments) })) }
  })
  const progressive = made.progressive.map(({ renditions: names }) =>
    progressiveOf(renditions.filter(({ name }) => names.includes(name))),
  )
  return { ...made, renditions, progressive }
}
/** Divides the fragments of a rendition into parts with so many each. */
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
export const withTrack = (index: number, change: (track: TrackReading) => Partial<TrackReading>) =>
  withRendition(index, (one) => {
    const track = { ...one.track, ...change(one.track) }
    return { ...one, track, codec: track.codec }
  })
export const withPictures = (change: Partial<PicturesReading>) =>
  withTrack(v360, ({ pictures }) => ({ pictures: pictures && { ...pictures, ...change } }))
export const hex = (byte: number) => byte.toString(16).padStart(2, '0')
/** Changes the sequence parameter set, and the codec string with it. */
export const withSequence = (change: Partial<SequenceReading>) =>
  withTrack(v360, ({ pictures, codec }) => {
    const sequence = pictures?.sequence && { ...pictures.sequence, ...change }
    return {
      codec: sequence ? `avc1.6400${hex(sequence.level)}` : codec,
      pictures: pictures && { ...pictures, sequence: sequence ?? null },
    }
  })
export const withSound = (change: Partial<SoundReading>) =>
  withTrack(a128, ({ sound }) => ({ sound: sound && { ...sound, ...change } }))
/** Changes one fragment of the second part. */
export const withFragment = (
  index: number,
  change: (fragment: FragmentReading) => Partial<FragmentReading>,
) =>
  withRendition(index, (one) => ({
    ...one,
    parts: changeAt(one.parts, 1, (part) => ({
      ...part,
      fragments: changeAt(part.fragments, 0, (fragment) => ({ ...fragment, ...change(fragment) })),
    })),
  }))
export const withMp4 = (change: (mp4: Progressive) => Progressive): Transcoded => ({
  ...made,
  progressive: changeAt(made.progressive, 0, change),
})
export type Mp4Track = Progressive['reading']['tracks'][number]
export const withMp4Track = (index: number, change: Partial<Mp4Track>) =>
  withMp4(({ reading, ...mp4 }) => ({
    ...mp4,
    reading: { ...reading, tracks: changeAt(reading.tracks, index, (one) => ({ ...one, ...change })) },
  }))

export type Stored = ReadonlyArray<NewContentExport>
export const withExport =
  (index: number, change: (one: NewContentExport) => Partial<NewContentExport>) =>
  (stored: Stored): Stored =>
    changeAt(stored, index, (one) => ({ ...one, ...change(one) }))
export const withPart = (index: number, change: Partial<NewContentPart>) =>
  withExport(v360, ({ parts }) => ({ parts: changeAt(parts, index, (part) => ({ ...part, ...change })) }))

/** A broken output of the transcoder, or broken exports of a good one, and all that is said about it. */
export type Broken = readonly [
  what: string,
  broken: Transcoded | ((stored: Stored) => Stored),
  ...violations: ReadonlyArray<string>,
]

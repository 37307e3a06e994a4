import { type DeclaredTracks, examineDeclaredTracks } from './examine-declared-tracks.ts'
import { type ExaminedProgressive, examineProgressive } from './examine-progressive.ts'
import {
  examineAlignment,
  examineLengths,
  examineSourceLength,
  examineTiming,
  isVideoRendition,
  renditionLabel,
} from './examine-time.ts'
import type { ParsedRendition } from './parsed-media.ts'
import { type Violation, violation } from './violation.ts'

/** The reading of a rendition, and what playlists will declare about it. */
export type ExaminedRendition = DeclaredTracks & { readonly reading: ParsedRendition }

export type ExaminedContentFile = {
  readonly renditions: ReadonlyArray<ExaminedRendition>
  readonly progressive: ReadonlyArray<ExaminedProgressive>
  /** Names of the renditions that must exist. */
  readonly planned: ReadonlyArray<string>
  /** Seconds of the source that could be decoded; `null` if unknown. */
  readonly sourceSeconds: number | null
}

/**
 * Compares all renditions of a content file with each other, with the source, and with what playlists will
 * declare. If this finds a violation, nothing is published. It trusts neither the encoders nor the plan.
 */
export const examineContentFile = ({
  renditions,
  progressive,
  planned,
  sourceSeconds,
}: ExaminedContentFile): ReadonlyArray<Violation> => {
  const readings = renditions.map(({ reading }) => reading)
  const empty = readings.filter(({ parts }) => parts.length === 0)
  if (empty.length > 0) return empty.flatMap(examineTiming)
  return [
    ...examinePlanned(readings, planned),
    ...readings.flatMap(examineTiming),
    ...examineLengths(readings),
    ...examineSourceLength(readings, sourceSeconds),
    ...examineAlignment(readings),
    ...renditions.flatMap((each) =>
      examineDeclaredTracks(renditionLabel(each.reading), [each.reading], each),
    ),
    ...examineFiles(readings, progressive),
    ...progressive.flatMap(examineProgressive),
  ]
}

const examinePlanned = (
  readings: ReadonlyArray<ParsedRendition>,
  planned: ReadonlyArray<string>,
): ReadonlyArray<Violation> =>
  planned
    .filter((planned) => readings.every(({ name }) => name !== planned))
    .map((name) => violation('complete', `the rendition ${name} was planned and is not there`))

/** Each video rendition needs an MP4, with audio if there is any; without video, each audio rendition. */
const examineFiles = (
  readings: ReadonlyArray<ParsedRendition>,
  progressive: ReadonlyArray<ExaminedProgressive>,
): ReadonlyArray<Violation> => {
  const videos = readings.filter(isVideoRendition)
  const hasBoth = videos.length > 0 && videos.length < readings.length
  return (videos.length > 0 ? videos : readings).flatMap((reading) => {
    const file = progressive.find(({ renditions }) => renditions.some(({ name }) => name === reading.name))
    if (file === undefined)
      return [violation('complete', `${renditionLabel(reading)}: there is no mp4 of it`)]
    return file.renditions.length === (hasBoth ? 2 : 1)
      ? []
      : [violation('complete', `${renditionLabel(reading)}: its mp4 has ${file.renditions.length} tracks`)]
  })
}

import { type DeclaredTracks, examineForm } from './examine-form.ts'
import { type ExaminedProgressive, examineProgressive } from './examine-progressive.ts'
import {
  examineAlignment,
  examineLengths,
  examineSourceLength,
  examineTime,
  isPictures,
  nameOf,
} from './examine-time.ts'
import type { RenditionReading } from './readings.ts'
import { type Violation, violation } from './violation.ts'

/** The reading of a rendition, and what playlists will declare about it. */
export type ExaminedRendition = DeclaredTracks & { readonly reading: RenditionReading }

export type ExaminedFilm = {
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
export const examineFilm = ({
  renditions,
  progressive,
  planned,
  sourceSeconds,
}: ExaminedFilm): ReadonlyArray<Violation> => {
  const readings = renditions.map(({ reading }) => reading)
  const empty = readings.filter(({ parts }) => parts.length === 0)
  if (empty.length > 0) return empty.flatMap(examineTime)
  return [
    ...examinePlanned(readings, planned),
    ...readings.flatMap(examineTime),
    ...examineLengths(readings),
    ...examineSourceLength(readings, sourceSeconds),
    ...examineAlignment(readings),
    ...renditions.flatMap((each) => examineForm(nameOf(each.reading), [each.reading], each)),
    ...examineFiles(readings, progressive),
    ...progressive.flatMap(examineProgressive),
  ]
}

const examinePlanned = (
  readings: ReadonlyArray<RenditionReading>,
  planned: ReadonlyArray<string>,
): ReadonlyArray<Violation> =>
  planned
    .filter((planned) => readings.every(({ name }) => name !== planned))
    .map((name) => violation('complete', `the rendition ${name} was planned and is not there`))

/** Each video rendition needs an MP4, with audio if there is any; without video, each audio rendition. */
const examineFiles = (
  readings: ReadonlyArray<RenditionReading>,
  progressive: ReadonlyArray<ExaminedProgressive>,
): ReadonlyArray<Violation> => {
  const videos = readings.filter(isPictures)
  const hasBoth = videos.length > 0 && videos.length < readings.length
  return (videos.length > 0 ? videos : readings).flatMap((reading) => {
    const file = progressive.find(({ renditions }) => renditions.some(({ name }) => name === reading.name))
    if (file === undefined) return [violation('complete', `${nameOf(reading)}: there is no mp4 of it`)]
    return file.renditions.length === (hasBoth ? 2 : 1)
      ? []
      : [violation('complete', `${nameOf(reading)}: its mp4 has ${file.renditions.length} tracks`)]
  })
}

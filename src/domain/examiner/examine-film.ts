import { examineForm, type FormPromise } from './examine-form.ts'
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

/** A rendition as it was read, beside what will be said of it. */
export type ExaminedRendition = FormPromise & { readonly reading: RenditionReading }

export type ExaminedFilm = {
  readonly renditions: ReadonlyArray<ExaminedRendition>
  readonly progressive: ReadonlyArray<ExaminedProgressive>
  /** Names of the renditions that have to be there. */
  readonly planned: ReadonlyArray<string>
  /** Seconds of the source that could be decoded; `null`: not known. */
  readonly sourceSeconds: number | null
}

/**
 * Compares all renditions of a film or sound with each other, with its source, and with what lists will say of them.
 * Nothing is published of which this finds anything. It has no trust in the encoders, nor in the plan.
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
    ...examineWhole(readings, planned),
    ...readings.flatMap(examineTime),
    ...examineLengths(readings),
    ...examineSourceLength(readings, sourceSeconds),
    ...examineAlignment(readings),
    ...renditions.flatMap((one) => examineForm(nameOf(one.reading), [one.reading], one)),
    ...examineFiles(readings, progressive),
    ...progressive.flatMap(examineProgressive),
  ]
}

const examineWhole = (
  readings: ReadonlyArray<RenditionReading>,
  planned: ReadonlyArray<string>,
): ReadonlyArray<Violation> =>
  planned
    .filter((planned) => readings.every(({ name }) => name !== planned))
    .map((name) => violation('complete', `the rendition ${name} was planned and is not there`))

/** An mp4 for all pictures, each with sound if there is any; for each sound where there are no pictures. */
const examineFiles = (
  readings: ReadonlyArray<RenditionReading>,
  progressive: ReadonlyArray<ExaminedProgressive>,
): ReadonlyArray<Violation> => {
  const films = readings.filter(isPictures)
  const hasBoth = films.length > 0 && films.length < readings.length
  return (films.length > 0 ? films : readings).flatMap((reading) => {
    const file = progressive.find(({ renditions }) => renditions.some(({ name }) => name === reading.name))
    if (file === undefined) return [violation('complete', `${nameOf(reading)}: there is no mp4 of it`)]
    return file.renditions.length === (hasBoth ? 2 : 1)
      ? []
      : [violation('complete', `${nameOf(reading)}: its mp4 has ${file.renditions.length} tracks`)]
  })
}

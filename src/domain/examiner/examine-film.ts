import { examinePictures, type PicturesPromise } from './examine-pictures.ts'
import { type ExaminedProgressive, examineProgressive } from './examine-progressive.ts'
import { examineSound, type SoundPromise } from './examine-sound.ts'
import { examineAlignment, examineLengths, examineSourceLength, examineTime, nameOf } from './examine-time.ts'
import type { RenditionReading } from './readings.ts'
import { type Violation, violation } from './violation.ts'

/** A rendition as it was read, beside what will be said of it. */
export type ExaminedRendition = {
  readonly reading: RenditionReading
  readonly video: PicturesPromise | null
  readonly audio: SoundPromise | null
}

export type ExaminedFilm = {
  readonly renditions: ReadonlyArray<ExaminedRendition>
  readonly progressive: ReadonlyArray<ExaminedProgressive>
  /** Names of the renditions that were planned. Sound that cannot be decoded may be missing, but all of it or none. */
  readonly planned: { readonly video: ReadonlyArray<string>; readonly audio: ReadonlyArray<string> }
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
    ...renditions.flatMap(examineForm),
    ...progressive.flatMap(examineProgressive),
  ]
}

const examineForm = ({ reading, video, audio }: ExaminedRendition): ReadonlyArray<Violation> => {
  const { pictures, sound } = reading.track
  if (pictures !== null && video !== null && audio === null) return examinePictures(reading, pictures, video)
  if (sound !== null && audio !== null && video === null) return examineSound(reading, sound, audio)
  return [violation('complete', `${nameOf(reading)}: it is not what lists would say of it`)]
}

const examineWhole = (
  readings: ReadonlyArray<RenditionReading>,
  { video, audio }: ExaminedFilm['planned'],
): ReadonlyArray<Violation> => {
  const isMade = (name: string) => readings.some((reading) => reading.name === name)
  const hasSound = video.length === 0 || audio.some(isMade)
  return [...video, ...(hasSound ? audio : [])]
    .filter((name) => !isMade(name))
    .map((name) => violation('complete', `the rendition ${name} was planned and is not there`))
}

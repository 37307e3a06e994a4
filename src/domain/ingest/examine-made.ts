import type { Rendition, Transcoded } from '../../ports/transcoder.ts'
import { type ExaminedExport, examineExports, peakRateOf } from '../examiner/examine-exports.ts'
import { examineFilm } from '../examiner/examine-film.ts'
import { type ExaminedProgressive, examineProgressiveExport } from '../examiner/examine-progressive.ts'
import { examineUids } from '../examiner/examine-published.ts'
import type { RenditionReading } from '../examiner/readings.ts'
import { type Violation, violation } from '../examiner/violation.ts'
import type { NewContentExport } from '../media/content-export.ts'
import type { MediaPlan } from './plan/media-plan.ts'

export const readingOf = ({ name, track, parts }: Rendition): RenditionReading => ({
  name,
  track,
  parts: parts.map(({ slice, fragments }) => ({ bytes: slice.end - slice.start, fragments })),
})

const nameOf = ({ name }: { readonly name: string }): string => name

const progressiveOf = ({ renditions, progressive }: Transcoded): ReadonlyArray<ExaminedProgressive> =>
  progressive.map((file) => ({
    reading: file.reading,
    renditions: renditions.filter(({ name }) => file.renditions.includes(name)).map(readingOf),
  }))

/** Examines the output of a transcoder before any of it is stored. */
export const examineMade = (transcoded: Transcoded, plan: MediaPlan): ReadonlyArray<Violation> =>
  examineFilm({
    renditions: transcoded.renditions.map((rendition) => ({
      reading: readingOf(rendition),
      video: rendition.video,
      audio: rendition.audio,
    })),
    progressive: progressiveOf(transcoded),
    planned: [...plan.video, ...plan.audio].map(nameOf),
    sourceSeconds: transcoded.sourceSeconds,
  })

/** Examines stored exports before publication. Their order: one for each rendition, then one for each MP4. */
export const examineStored = (
  transcoded: Transcoded,
  exports: ReadonlyArray<NewContentExport>,
): ReadonlyArray<Violation> => {
  const { renditions } = transcoded
  const segmented = renditions.flatMap((rendition, i): ReadonlyArray<ExaminedExport> => {
    const stored = exports[i]
    if (stored === undefined) return []
    return [
      {
        reading: readingOf(rendition),
        stored,
        initBytes: rendition.init.end - rendition.init.start,
      },
    ]
  })
  const target = exports[0]?.targetDuration ?? 0
  const progressive = progressiveOf(transcoded)
  const expected = renditions.length + progressive.length
  return [
    ...(exports.length === expected
      ? []
      : [violation('complete', `${exports.length} exports were stored of ${expected}`)]),
    ...examineUids(exports),
    ...examineExports(segmented),
    ...progressive.flatMap((file, i) => {
      const stored = exports[renditions.length + i]
      return stored === undefined
        ? []
        : examineProgressiveExport(file, stored, (reading) => peakRateOf(reading, target))
    }),
  ]
}

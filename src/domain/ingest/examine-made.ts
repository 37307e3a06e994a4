import type { Rendition, Transcoded } from '../../ports/transcoder.ts'
import { examineExports } from '../examiner/examine-exports.ts'
import { examineFilm } from '../examiner/examine-film.ts'
import type { RenditionReading } from '../examiner/readings.ts'
import type { Violation } from '../examiner/violation.ts'
import type { NewContentExport } from '../export/content-export.ts'
import type { MediaPlan } from './media-plan.ts'

export const readingOf = ({ name, track, parts }: Rendition): RenditionReading => ({
  name,
  track,
  parts: parts.map(({ slice, fragments }) => ({ bytes: slice.end - slice.start, fragments })),
})

const nameOf = ({ name }: { readonly name: string }): string => name

/** What a transcoder made, before anything of it is stored. */
export const examineMade = (
  { renditions, sourceSeconds }: Transcoded,
  plan: MediaPlan,
): ReadonlyArray<Violation> =>
  examineFilm({
    renditions: renditions.map((rendition) => ({
      reading: readingOf(rendition),
      video: rendition.video,
      audio: rendition.audio,
    })),
    planned: { video: plan.video.map(nameOf), audio: plan.audio.map(nameOf) },
    sourceSeconds,
  })

/** What is about to be published of it: `exports` begin with one for each rendition, in their order. */
export const examineStored = (
  { renditions }: Transcoded,
  exports: ReadonlyArray<NewContentExport>,
): ReadonlyArray<Violation> =>
  examineExports(
    renditions.flatMap((rendition, i) => {
      const made = exports[i]
      if (made === undefined) return []
      return [
        {
          reading: readingOf(rendition),
          made,
          initBytes: rendition.init.end - rendition.init.start,
          keyframes: rendition.parts.map(({ keyframes }) => keyframes),
        },
      ]
    }),
  )

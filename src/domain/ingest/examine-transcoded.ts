import type { Rendition, TranscodeResult } from '../../ports/transcoder.ts'
import { examineContentFile } from '../examiner/compare-renditions.ts'
import { type ExaminedExport, examineExports, parsedPeakBitrate } from '../examiner/examine-declared-facts.ts'
import { type ExaminedProgressive, examineProgressiveExport } from '../examiner/examine-progressive.ts'
import { examineUids } from '../examiner/examine-published.ts'
import type { ParsedRendition } from '../examiner/parsed-media.ts'
import { type Violation, violation } from '../examiner/violation.ts'
import type { NewContentExport } from '../media/content-export.ts'
import type { MediaPlan } from './plan/media-plan.ts'

export const toParsedRendition = ({ name, track, parts }: Rendition): ParsedRendition => ({
  name,
  track,
  parts: parts.map(({ slice, fragments }) => ({ bytes: slice.end - slice.start, fragments })),
})

const nameOf = ({ name }: { readonly name: string }): string => name

const progressiveOf = ({ renditions, progressive }: TranscodeResult): ReadonlyArray<ExaminedProgressive> =>
  progressive.map((file) => ({
    parsed: file.parsed,
    renditions: renditions.filter(({ name }) => file.renditions.includes(name)).map(toParsedRendition),
  }))

/** Examines the output of a transcoder before any of it is stored. */
export const examineTranscoded = (transcoded: TranscodeResult, plan: MediaPlan): ReadonlyArray<Violation> =>
  examineContentFile({
    renditions: transcoded.renditions.map((rendition) => ({
      parsed: toParsedRendition(rendition),
      video: rendition.video,
      audio: rendition.audio,
    })),
    progressive: progressiveOf(transcoded),
    planned: [...plan.video, ...plan.audio].map(nameOf),
    sourceSeconds: transcoded.sourceSeconds,
    sourceStreams: transcoded.sourceStreams,
  })

/**
 * Examines stored exports before publication. `exports` contains first one export for each rendition, then
 * one for each MP4.
 */
export const examineStored = (
  transcoded: TranscodeResult,
  exports: ReadonlyArray<NewContentExport>,
): ReadonlyArray<Violation> => {
  const { renditions } = transcoded
  const segmented = renditions.flatMap((rendition, i): ReadonlyArray<ExaminedExport> => {
    const stored = exports[i]
    if (stored === undefined) return []
    return [
      {
        parsed: toParsedRendition(rendition),
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
        : examineProgressiveExport(file, stored, (parsed) => parsedPeakBitrate(parsed, target))
    }),
  ]
}

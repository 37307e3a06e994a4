import { rm } from 'node:fs/promises'
import type { MediaFacts, MediaPlan } from '../../domain/ingest/plan/media-plan.ts'
import { type Refused, refused, type Unavailable } from '../../domain/shared/errors.ts'
import { E, pipe, TE } from '../../fp.ts'
import type { TranscodeResult } from '../../ports/transcoder.ts'
import { failedWithFile } from '../platform/errno.ts'
import { LENGTH_TOLERANCE_SECONDS } from './encode-passes.ts'
import type { EncodeJob, EngineFailure } from './engine.ts'
import { encodeWithFallbackAudio } from './fallback-audio.ts'
import type { FoundEngine } from './find-engine.ts'
import { segmentedSeconds } from './isobmff/segmented-rendition.ts'
import { withUniqueSerials } from './joined/ogg-serials.ts'
import { extractFirstFile } from './joined/second-file.ts'
import { boundLeftOutLines } from './left-out-lines.ts'
import { readMissingEnd } from './missing-end/missing-end.ts'
import { createProgressiveFiles } from './progressive.ts'
import { readSource } from './source-bytes.ts'
import { withContinuousClock } from './source-clock.ts'
import { longestEncoded, measureSourceStreams } from './source-length.ts'

export type TranscodeContext = {
  readonly maxSeconds: number
  readonly wallSecondsFor: (mediaSeconds: number) => number
  readonly toError: (failure: EngineFailure) => Refused | Unavailable
  readonly tooLong: Refused
  /** `warnings`: what the exports of the failed encode would have lacked. */
  readonly onFailedEncode: (failure: EngineFailure, warnings: ReadonlyArray<string>) => void
}

export type TranscodeRequest = Pick<EncodeJob, 'path' | 'jumpSeconds' | 'hasZeroBasedTimes'> & {
  readonly facts: MediaFacts
  readonly plan: MediaPlan
  readonly folder: string
  readonly onProgress: (fraction: number) => void
  readonly signal: AbortSignal
}

/** A request whose source may still have several clocks (see withContinuousClock). */
type TranscodeInput = Omit<TranscodeRequest, 'jumpSeconds' | 'hasZeroBasedTimes'>

/**
 * A file is incomplete if less than this share of the declared duration, minus two frames, can be decoded.
 * Two frames are subtracted, because headers also count samples that a decoder removes. The longest frames
 * are those of MP3 at 8 kHz (72 ms).
 */
const MIN_SHARE = 0.95
const TWO_FRAMES_SECONDS = 0.15

export const createTranscode =
  (found: FoundEngine, context: TranscodeContext) =>
  (request: TranscodeInput): TE.TaskEither<Refused | Unavailable, TranscodeResult> =>
    pipe(
      TE.tryCatch(() => transcodeOrThrow(found, context, request), failedWithFile('transcoder')),
      TE.flatMapEither((result) => result),
    )

const transcodeOrThrow = async (
  found: FoundEngine,
  context: TranscodeContext,
  input: TranscodeInput,
): Promise<E.Either<Refused | Unavailable, TranscodeResult>> => {
  const { signal } = input
  const onProgress = increasing(input.onProgress)
  const source = await readSource(async () => {
    const first = await extractFirstFile(input.path, input.folder, signal)
    const chain = await withUniqueSerials(first, input.folder, signal)
    return withContinuousClock(chain, input.folder, signal)
  })()
  if (E.isLeft(source)) return source
  const request = { ...input, ...source.right, hasZeroBasedTimes: false, onProgress }

  const encoded = await encodeWithFallbackAudio(found, context, request)
  if (E.isLeft(encoded))
    return E.left(
      encoded.left.reason === 'aborted' && !signal.aborted ? context.tooLong : context.toError(encoded.left),
    )
  const { renditions, folder, facts, candidate, encodedSeconds } = encoded.right
  if (renditions.some(({ parts }) => parts.length === 0))
    return E.left(refused('no part of the file can be decoded'))

  const longestSeconds = Math.max(...renditions.map(segmentedSeconds))
  if (longestSeconds > context.maxSeconds + LENGTH_TOLERANCE_SECONDS) return E.left(context.tooLong)
  const sourceSeconds = longestEncoded(renditions, encodedSeconds)
  const missing = decodedShareText(sourceSeconds, facts.declaredSeconds)
  if (missing !== null) {
    const missingEnd = await readSource(() => readMissingEnd(input.path, signal))()
    if (E.isLeft(missingEnd)) return missingEnd
    if (encoded.right.isTruncated || missingEnd.right?.isCutOff)
      return E.left(refused(`the file is cut off: ${missing}`))
  }

  const bounds = { folder, wallSeconds: context.wallSecondsFor(longestSeconds), signal }
  const progressive = await createProgressiveFiles(found.engine, renditions, bounds)()
  if (E.isLeft(progressive)) {
    await rm(folder, { recursive: true, force: true })
    return E.left(context.toError(progressive.left))
  }
  onProgress(1)
  const shorterWarning = missing === null ? [] : [`it is shorter than its header says: ${missing}`]
  const warnings = boundLeftOutLines([...facts.warnings, ...candidate.warnings, ...shorterWarning])
  // If the engine logged errors, the file is damaged. Then missing packets do not show a fault of the
  // engine, so the packets are not measured.
  const sourceStreams = encoded.right.hasErrors
    ? []
    : await measureSourceStreams(found.engine, { ...request, facts }, renditions, encodedSeconds, signal)
  return E.right({
    renditions,
    progressive: progressive.right,
    audioLanguage: facts.audio?.language ?? null,
    sourceSeconds,
    sourceStreams,
    warnings,
  })
}

/** Wraps a progress callback, so that the reported fraction never decreases. */
const increasing = (onProgress: (fraction: number) => void) => {
  let reported = 0
  return (fraction: number): void => {
    if (fraction <= reported) return
    reported = Math.min(1, fraction)
    onProgress(reported)
  }
}

/**
 * Returns how much of the declared duration can be decoded, as text for the user. Returns `null` if the file
 * is complete, or if one of the two durations is unknown.
 */
const decodedShareText = (sourceSeconds: number | null, declaredSeconds: number | null): string | null =>
  sourceSeconds === null ||
  declaredSeconds === null ||
  sourceSeconds >= MIN_SHARE * declaredSeconds - TWO_FRAMES_SECONDS
    ? null
    : `${sourceSeconds.toFixed(1)} of ${declaredSeconds.toFixed(1)} seconds can be decoded`

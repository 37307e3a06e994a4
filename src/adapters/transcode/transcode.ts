import { rm } from 'node:fs/promises'
import type { MediaFacts, MediaPlan } from '../../domain/ingest/plan/media-plan.ts'
import { type Refused, refused, type Unavailable, unavailable } from '../../domain/shared/errors.ts'
import { E, pipe, TE } from '../../fp.ts'
import type { TranscodeResult } from '../../ports/transcoder.ts'
import { LENGTH_TOLERANCE_SECONDS } from './encode-passes.ts'
import type { EncodeJob, EngineFailure } from './engine.ts'
import { encodeWithFallbackAudio } from './fallback-audio.ts'
import type { FoundEngine } from './find-engine.ts'
import { segmentedSeconds } from './isobmff/segmented-rendition.ts'
import { withOwnSerials } from './joined/ogg-serials.ts'
import { extractFirstFile } from './joined/second-file.ts'
import { createProgressiveFiles } from './progressive.ts'
import { readSource } from './source-bytes.ts'
import { withContinuousClock } from './source-clock.ts'
import { longestEncoded, measureSourceStreams } from './source-length.ts'

export type TranscodeContext = {
  readonly maxSeconds: number
  readonly wallSecondsFor: (mediaSeconds: number) => number
  readonly toError: (failure: EngineFailure) => Refused | Unavailable
  readonly tooLong: Refused
  /** `warnings`: what that attempt would have cost. */
  readonly onFailedAttempt: (failure: EngineFailure, warnings: ReadonlyArray<string>) => void
}

export type TranscodeRequest = Pick<EncodeJob, 'path' | 'jumpSeconds' | 'isFromZero'> & {
  readonly facts: MediaFacts
  readonly plan: MediaPlan
  readonly folder: string
  readonly onProgress: (fraction: number) => void
  readonly signal: AbortSignal
}

/** Before its clock was looked at. */
type AskedTranscode = Omit<TranscodeRequest, 'jumpSeconds' | 'isFromZero'>

/** A source that gives less than this share of what it announced, less a frame, is shorter than it says. */
const WHOLE = 0.95
const FRAME_SECONDS = 0.05

export const createTranscode =
  (found: FoundEngine, run: TranscodeContext) =>
  (request: AskedTranscode): TE.TaskEither<Refused | Unavailable, TranscodeResult> =>
    pipe(
      TE.tryCatch(() => transcodeOrThrow(found, run, request), unavailable('transcoder')),
      TE.flatMapEither((result) => result),
    )

const transcodeOrThrow = async (
  found: FoundEngine,
  run: TranscodeContext,
  asked: AskedTranscode,
): Promise<E.Either<Refused | Unavailable, TranscodeResult>> => {
  const { signal } = asked
  const onProgress = forward(asked.onProgress)
  const source = await readSource(async () => {
    const first = await extractFirstFile(asked.path, asked.folder, signal)
    const chain = await withOwnSerials(first, asked.folder, signal)
    return withContinuousClock(chain, asked.folder, signal)
  })()
  if (E.isLeft(source)) return source
  const request = { ...asked, ...source.right, isFromZero: false, onProgress }

  const tried = await encodeWithFallbackAudio(found, run, request)
  if (E.isLeft(tried))
    return E.left(tried.left.reason === 'aborted' && !signal.aborted ? run.tooLong : run.toError(tried.left))
  const { renditions, folder, facts, attempt, encodedSeconds } = tried.right
  if (renditions.some(({ parts }) => parts.length === 0))
    return E.left(refused('no part of the file can be decoded'))

  const madeSeconds = Math.max(...renditions.map(segmentedSeconds))
  if (madeSeconds > run.maxSeconds + LENGTH_TOLERANCE_SECONDS) return E.left(run.tooLong)
  const sourceSeconds = longestEncoded(renditions, encodedSeconds)
  const missing = missingOf(sourceSeconds, facts.declaredSeconds)
  if (missing !== null && tried.right.isTruncated) return E.left(refused(`the file is cut off: ${missing}`))

  const bounds = { folder, wallSeconds: run.wallSecondsFor(madeSeconds), signal }
  const progressive = await createProgressiveFiles(found.engine, renditions, bounds)()
  if (E.isLeft(progressive)) {
    await rm(folder, { recursive: true, force: true })
    return E.left(run.toError(progressive.left))
  }
  onProgress(1)
  const shorter = missing === null ? [] : [`it is shorter than its header says: ${missing}`]
  const warnings = [...facts.warnings, ...attempt.warnings, ...shorter]
  // What a decoder could not read is damage of the file, and no loss of the engine's.
  const sourceStreams = tried.right.hasErrors
    ? []
    : await measureSourceStreams(found.engine, { ...request, facts }, renditions, encodedSeconds, signal)
  return E.right({ renditions, progressive: progressive.right, sourceSeconds, sourceStreams, warnings })
}

/** Tells a fraction only when it is above the last one. */
const forward = (onProgress: (fraction: number) => void) => {
  let told = 0
  return (fraction: number): void => {
    if (fraction <= told) return
    told = Math.min(1, fraction)
    onProgress(told)
  }
}

/** In words, what a file lacks of what it announces; `null` where it is whole, or one of the two is not known. */
const missingOf = (sourceSeconds: number | null, announced: number | null): string | null =>
  sourceSeconds === null || announced === null || sourceSeconds >= WHOLE * announced - FRAME_SECONDS
    ? null
    : `${sourceSeconds.toFixed(1)} of ${announced.toFixed(1)} seconds can be decoded`

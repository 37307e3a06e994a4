import { rm } from 'node:fs/promises'
import type { MediaFacts, MediaPlan } from '../../domain/ingest/plan/media-plan.ts'
import { type Refused, refused, type Unavailable, unavailable } from '../../domain/shared/errors.ts'
import { E, pipe, TE } from '../../fp.ts'
import type { Transcoded } from '../../ports/transcoder.ts'
import { GRACE_SECONDS } from './encode-passes.ts'
import type { EncodeJob, EngineFailure } from './engine.ts'
import type { FoundEngine } from './find-engine.ts'
import { secondsOf } from './isobmff/cut-rendition.ts'
import { encodeWithSomeSound } from './other-sounds.ts'
import { makeProgressive } from './progressive.ts'
import { onOneClock } from './source-clock.ts'

export type Run = {
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

export const transcodeWith =
  (found: FoundEngine, run: Run) =>
  (request: AskedTranscode): TE.TaskEither<Refused | Unavailable, Transcoded> =>
    pipe(
      TE.tryCatch(() => transcodeOrThrow(found, run, request), unavailable('transcoder')),
      TE.flatMapEither((result) => result),
    )

const transcodeOrThrow = async (
  found: FoundEngine,
  run: Run,
  asked: AskedTranscode,
): Promise<E.Either<Refused | Unavailable, Transcoded>> => {
  const { signal } = asked
  if ((asked.facts.announcedSeconds ?? 0) > run.maxSeconds) return E.left(run.tooLong)
  const onProgress = forward(asked.onProgress)
  const source = await onOneClock(asked.path, asked.folder, signal)
  const request = { ...asked, ...source, isFromZero: false, onProgress }

  const tried = await encodeWithSomeSound(found, run, request)
  if (E.isLeft(tried))
    return E.left(tried.left.reason === 'aborted' && !signal.aborted ? run.tooLong : run.toError(tried.left))
  const { renditions, folder, facts, isCutOff, attempt, sourceSeconds: seconds } = tried.right
  if (renditions.some(({ parts }) => parts.length === 0))
    return E.left(refused('nothing of the file can be decoded'))

  if (Math.max(...renditions.map(secondsOf)) > run.maxSeconds + GRACE_SECONDS) return E.left(run.tooLong)
  const announced = facts.announcedSeconds
  const isShort = announced !== null && seconds < WHOLE * announced - FRAME_SECONDS
  if (isShort && isCutOff) return E.left(cutOff(seconds, announced))

  const bounds = { folder, wallSeconds: run.wallSecondsFor(seconds), signal }
  const progressive = await makeProgressive(found.engine, renditions, bounds)()
  if (E.isLeft(progressive)) {
    await rm(folder, { recursive: true, force: true })
    return E.left(run.toError(progressive.left))
  }
  onProgress(1)
  const warnings = [...facts.warnings, ...attempt.warnings, ...(isShort ? [shorter(seconds, announced)] : [])]
  return E.right({
    renditions,
    progressive: progressive.right,
    sourceSeconds: tried.right.isSourceMeasured ? seconds : null,
    warnings,
  })
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

const cutOff = (seconds: number, announced: number): Refused =>
  refused(`the file is cut off: ${seconds.toFixed(1)} of ${announced.toFixed(1)} seconds can be decoded`)

const shorter = (seconds: number, announced: number): string =>
  `it is shorter than it says: ${seconds.toFixed(1)} of ${announced.toFixed(1)} seconds can be decoded`

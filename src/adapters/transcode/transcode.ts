import { rm } from 'node:fs/promises'
import type { MediaFacts, MediaPlan } from '../../domain/ingest/media-plan.ts'
import { type Refused, refused, type Unavailable, unavailable } from '../../domain/shared/errors.ts'
import { E, pipe, TE } from '../../fp.ts'
import type { Transcoded } from '../../ports/transcoder.ts'
import { noSound } from './attempts.ts'
import { type CutRendition, secondsOf, ticksOf } from './cut-rendition.ts'
import { encodeOneWay, GRACE_SECONDS, level } from './encode-passes.ts'
import type { EngineFailure } from './engine.ts'
import type { FoundEngine } from './find-engine.ts'
import { makeProgressive } from './progressive.ts'
import { PADDED_SAMPLES } from './recipe.ts'

export type Run = {
  readonly maxSeconds: number
  readonly wallSecondsFor: (mediaSeconds: number) => number
  readonly toError: (failure: EngineFailure) => Refused | Unavailable
  readonly tooLong: Refused
  /** `warnings`: what that attempt would have cost. */
  readonly onFailedAttempt: (failure: EngineFailure, warnings: ReadonlyArray<string>) => void
}

export type TranscodeRequest = {
  readonly path: string
  readonly facts: MediaFacts
  readonly plan: MediaPlan
  readonly folder: string
  readonly onProgress: (fraction: number) => void
  readonly signal: AbortSignal
}

/** A source that gives less than this share of what it announced, less a frame, is shorter than it says. */
const WHOLE = 0.95
const FRAME_SECONDS = 0.05

export const transcodeWith =
  (found: FoundEngine, run: Run) =>
  (request: TranscodeRequest): TE.TaskEither<Refused | Unavailable, Transcoded> =>
    pipe(
      TE.tryCatch(() => transcodeOrThrow(found, run, request), unavailable('transcoder')),
      TE.flatMapEither((result) => result),
    )

const transcodeOrThrow = async (
  found: FoundEngine,
  run: Run,
  request: TranscodeRequest,
): Promise<E.Either<Refused | Unavailable, Transcoded>> => {
  const { facts, signal } = request
  if ((facts.announcedSeconds ?? 0) > run.maxSeconds) return E.left(run.tooLong)
  const onProgress = forward(request.onProgress)

  const tried = await encodeOneWay(found, run, { ...request, onProgress })
  if (E.isLeft(tried))
    return E.left(tried.left.reason === 'aborted' && !signal.aborted ? run.tooLong : run.toError(tried.left))
  const { renditions: all, folder, isCutOff, attempt, sourceSeconds: seconds } = tried.right
  if (all.some(({ parts }) => parts.length === 0))
    return E.left(refused('nothing of the file can be decoded'))
  const renditions = withoutEmptySound(all)
  const levelled = await level(found, run, { ...request, onProgress }, attempt, folder, renditions)
  if (E.isLeft(levelled)) return E.left(run.toError(levelled.left))

  if (Math.max(...levelled.right.map(secondsOf)) > run.maxSeconds + GRACE_SECONDS) return E.left(run.tooLong)
  const announced = facts.announcedSeconds
  const isShort = announced !== null && seconds < WHOLE * announced - FRAME_SECONDS
  if (isShort && isCutOff) return E.left(cutOff(seconds, announced))

  const bounds = { folder, wallSeconds: run.wallSecondsFor(seconds), signal }
  const progressive = await makeProgressive(found.engine, levelled.right, bounds)()
  if (E.isLeft(progressive)) {
    await rm(folder, { recursive: true, force: true })
    return E.left(run.toError(progressive.left))
  }
  onProgress(1)
  const warnings = [
    ...facts.warnings,
    ...attempt.warnings,
    ...(renditions.length < all.length ? [noSound(facts)] : []),
    ...(isShort ? [shorter(seconds, announced)] : []),
  ]
  return E.right({
    renditions: levelled.right,
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

/**
 * An audio track in which nothing can be decoded may end in success all the same, and in nothing but the samples that
 * the recipe pads with.
 */
const withoutEmptySound = (renditions: ReadonlyArray<CutRendition>): ReadonlyArray<CutRendition> => {
  const films = renditions.filter(({ video }) => video !== null)
  const sounds = renditions.filter(({ audio }) => audio !== null)
  return films.some((film) => secondsOf(film) > 1) && sounds.every(isPadding) ? films : renditions
}

const isPadding = (sound: CutRendition): boolean => ticksOf(sound) <= PADDED_SAMPLES

const cutOff = (seconds: number, announced: number): Refused =>
  refused(`the file is cut off: ${seconds.toFixed(1)} of ${announced.toFixed(1)} seconds can be decoded`)

const shorter = (seconds: number, announced: number): string =>
  `it is shorter than it says: ${seconds.toFixed(1)} of ${announced.toFixed(1)} seconds can be decoded`

import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { MediaFacts, MediaPlan } from '../../domain/ingest/media-plan.ts'
import { type Refused, refused, type Unavailable, unavailable } from '../../domain/shared/errors.ts'
import { E, pipe, TE } from '../../fp.ts'
import type { Transcoded } from '../../ports/transcoder.ts'
import { type CutRendition, checkRenditions } from './check-renditions.ts'
import { cutRenditions } from './cut-renditions.ts'
import type { EngineFailure } from './engine.ts'
import type { FoundEngine } from './find-engine.ts'
import { makeProgressive } from './progressive.ts'
import { PADDED_SAMPLES, toEncodeJob } from './recipe.ts'

export type Run = {
  readonly maxSeconds: number
  readonly wallSecondsFor: (mediaSeconds: number) => number
  readonly toError: (failure: EngineFailure) => Refused | Unavailable
  readonly tooLong: Refused
}

export type TranscodeRequest = {
  readonly path: string
  readonly facts: MediaFacts
  readonly plan: MediaPlan
  readonly folder: string
  readonly onProgress: (fraction: number) => void
  readonly signal: AbortSignal
}

/** A source that gives less than this share of what it announced, less a frame, was cut off on its way to us. */
const WHOLE = 0.95
const FRAME_SECONDS = 0.05

/** Encoding is nearly all of the work; what comes after it has the rest of the bar. */
const ENCODING = 0.97

/** The last frame may end a little after what the source says of itself. */
const GRACE_SECONDS = 1

const NO_SOUND = 'no sound: the audio track could not be decoded'
const NO_TONE_MAPPING = 'colours are off: it is HDR, and this machine has no tone mapping'

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
  const { facts } = request
  if ((facts.durationSeconds ?? 0) > run.maxSeconds) return E.left(run.tooLong)
  const onProgress = forward(request.onProgress)

  const tried = await encode(found, run, { ...request, onProgress })
  const mute = E.isLeft(tried) && tried.left.reason === 'input' && hasBoth(request.plan)
  const plan = mute ? { ...request.plan, audio: [] } : request.plan
  const encoded = mute ? await encode(found, run, { ...request, plan, onProgress }) : tried
  if (E.isLeft(encoded))
    return E.left(
      encoded.left.reason === 'aborted' && !request.signal.aborted ? run.tooLong : run.toError(encoded.left),
    )

  const all = await cutRenditions(plan, encoded.right)
  if (all.some(({ parts }) => parts.length === 0))
    return E.left(refused('nothing of the file can be decoded'))
  checkRenditions(all)
  const renditions = withoutEmptySound(all)
  const seconds = Math.max(...renditions.map(secondsOf))
  if (seconds > run.maxSeconds + GRACE_SECONDS) return E.left(run.tooLong)
  if (seconds < WHOLE * (facts.durationSeconds ?? 0) - FRAME_SECONDS)
    return E.left(cutOff(seconds, facts.durationSeconds))

  const { signal } = request
  const bounds = { folder: encoded.right, wallSeconds: run.wallSecondsFor(seconds), signal }
  const progressive = await makeProgressive(found.engine, renditions, bounds)()
  if (E.isLeft(progressive)) {
    await rm(encoded.right, { recursive: true, force: true })
    return E.left(run.toError(progressive.left))
  }
  onProgress(1)
  const warnings = [
    ...(mute || renditions.length < all.length ? [NO_SOUND] : []),
    ...(facts.video?.hdr && !found.facts.toneMaps ? [NO_TONE_MAPPING] : []),
  ]
  return E.right({ renditions, progressive: progressive.right, warnings })
}

const hasBoth = ({ video, audio }: MediaPlan): boolean => video.length > 0 && audio.length > 0

/** Tells a fraction only when it is above the last one. */
const forward = (onProgress: (fraction: number) => void) => {
  let told = 0
  return (fraction: number): void => {
    if (fraction <= told) return
    told = Math.min(1, fraction)
    onProgress(told)
  }
}

/** Encodes into a new folder, which is the result: what a failed try leaves behind is in nobody's way. */
const encode = async (
  { engine, facts: { toneMaps } }: FoundEngine,
  run: Run,
  { path, facts, plan, folder, onProgress, signal }: TranscodeRequest,
): Promise<E.Either<EngineFailure, string>> => {
  const { durationSeconds } = facts
  const target = await mkdtemp(join(folder, 'pass-'))
  const wallSeconds = run.wallSecondsFor(durationSeconds ?? run.maxSeconds)
  const job = toEncodeJob({ path, facts }, plan, target, { toneMaps, wallSeconds })
  const tooLong = new AbortController()
  const onSeconds = (seconds: number) => {
    // A file may keep silent on its length, or lie: a gap in its timestamps is filled with pictures for as long.
    if (seconds > run.maxSeconds + GRACE_SECONDS) tooLong.abort()
    if (durationSeconds !== null) onProgress(Math.min(1, seconds / durationSeconds) * ENCODING)
  }
  const ended = await engine.encode(job, onSeconds, AbortSignal.any([signal, tooLong.signal]))()
  if (E.isRight(ended)) return E.right(target)
  await rm(target, { recursive: true, force: true })
  return ended
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

const secondsOf = (rendition: CutRendition): number => ticksOf(rendition) / rendition.timescale

const ticksOf = ({ parts }: CutRendition): number =>
  parts.reduce((ticks, { durationTicks }) => ticks + durationTicks, 0)

const cutOff = (seconds: number, announced: number | null): Refused =>
  refused(`the file is cut off: ${seconds.toFixed(1)} of ${announced?.toFixed(1)} seconds can be decoded`)

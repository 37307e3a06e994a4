import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { colourCube } from '../../domain/colour/colour-cube.ts'
import type { MediaFacts, MediaPlan } from '../../domain/ingest/plan/media-plan.ts'
import { E } from '../../fp.ts'
import { isNotFound } from '../platform/errno.ts'
import { type EncodeAttempt, encodeAttemptsFor } from './attempts.ts'
import type { EncodeJob, EncodeResult, EngineFailure } from './engine.ts'
import type { FoundEngine } from './find-engine.ts'
import { segmentRenditions } from './isobmff/segment-renditions.ts'
import {
  longestFrameSeconds,
  type SegmentedRendition,
  segmentedSeconds,
} from './isobmff/segmented-rendition.ts'
import { mayRetryAfter } from './process/machine-faults.ts'
import { type RecipeOptions, toEncodeJob, toPcmJob } from './recipe.ts'
import {
  type AddedSeconds,
  type EncodedSeconds,
  encodedSecondsOf,
  NO_ADDED_SECONDS,
  remeasurePaddedAudio,
  remeasureVideo,
} from './source-length.ts'
import type { TranscodeContext, TranscodeRequest } from './transcode.ts'
import { unevenEndWarnings } from './uneven-end-warnings.ts'
import { needsColourCube, videoColourOf } from './video-filters.ts'

/** Encoding is nearly all of the work; what comes after it has the rest of the bar. */
const ENCODING = 0.97

/** The last frame may end a little after what the source says of itself. */
export const LENGTH_TOLERANCE_SECONDS = 1

/** What one way of encoding gave. */
export type EncodedRenditions = EncodeResult & {
  readonly attempt: EncodeAttempt
  /** Of what was encoded: its sound may be another than the chosen one. */
  readonly facts: MediaFacts
  readonly folder: string
  readonly renditions: ReadonlyArray<SegmentedRendition>
  /** What was put behind its pictures and its sound. */
  readonly added: AddedSeconds
  readonly encodedSeconds: EncodedSeconds
}

/** Encodes in the first way that the file bears, into a new folder; what a failed try leaves behind is removed. */
export const encodeFirstWorkingAttempt = async (
  found: FoundEngine,
  run: TranscodeContext,
  request: TranscodeRequest,
): Promise<E.Either<EngineFailure, EncodedRenditions>> => {
  const attempts = encodeAttemptsFor(request.facts, request.plan)
  let failed: E.Either<EngineFailure, never> = E.left({ reason: 'broken', detail: 'nothing was tried' })
  for (const attempt of attempts) {
    const added = missingByHeader(request.facts, attempt.plan)
    let folder = request.folder
    const ended = await runWithOneRetry(
      run,
      async () => {
        folder = await mkdtemp(join(request.folder, 'pass-'))
        const pass = await encodePass(found, run, request, attempt, folder, { ...added, padSeconds: 0 })
        if (E.isLeft(pass)) await rm(folder, { recursive: true, force: true })
        return pass
      },
      attempt.warnings,
    )
    if (E.isRight(ended)) {
      const renditions = await segmentRenditions(attempt.plan, folder)
      const encodedSeconds = encodedSecondsOf(renditions, added)
      return E.right({
        ...ended.right,
        ...{ attempt, facts: request.facts, folder, renditions, added, encodedSeconds },
      })
    }
    failed = ended
    if (!mayRetryAfter(ended.left)) break
  }
  return failed
}

/** A header that lies costs as much encoding as it says is missing. More than this is measured first. */
const MAX_ADDED_BY_HEADER_SECONDS = 60

/** What the shorter one of pictures and sound lacks, by the header; `equalizeLengths` adds what the header does not say. */
const missingByHeader = ({ video, audio }: MediaFacts, plan: MediaPlan): AddedSeconds => {
  const [pictures, sound] = [video?.endSeconds ?? null, audio?.endSeconds ?? null]
  if (plan.video.length === 0 || plan.audio.length === 0 || pictures === null || sound === null)
    return NO_ADDED_SECONDS
  const frame = plan.frameRate.den / plan.frameRate.num
  // The shortest film is one picture of the rate that is planned, even if the source shows it for less.
  const gap = sound - Math.max(pictures, frame)
  if (Math.abs(gap) > MAX_ADDED_BY_HEADER_SECONDS) return NO_ADDED_SECONDS
  return { holdSeconds: gap > frame ? gap : 0, tailSeconds: gap < -frame ? -gap : 0 }
}

/**
 * Makes all renditions last equally long, by another pass over what is too short: silence goes behind the sound, the
 * last picture is held. Sound that is uneven is first brought into one form by itself.
 */
export const equalizeLengths = async (
  found: FoundEngine,
  run: TranscodeContext,
  request: TranscodeRequest,
  made: EncodedRenditions,
): Promise<E.Either<EngineFailure, EncodedRenditions>> => {
  const pcm = join(made.folder, 'sound.mkv')
  try {
    return await equalizeWith(found, run, request, made, pcm)
  } finally {
    await rm(pcm, { force: true })
  }
}

/** `pcm`: path for sound that is decoded first. */
const equalizeWith = async (
  found: FoundEngine,
  run: TranscodeContext,
  request: TranscodeRequest,
  made: EncodedRenditions,
  pcm: string,
): Promise<E.Either<EngineFailure, EncodedRenditions>> => {
  const { attempt, folder } = made
  let { renditions, encodedSeconds, added } = made
  const { facts } = request
  const again = async (plan: MediaPlan, source: TranscodeRequest, options: Lengths) => {
    const ended = await runWithOneRetry(run, async () => {
      const fresh = await mkdtemp(join(folder, 'again-'))
      const pass = await encodePass(found, run, source, { ...attempt, plan }, fresh, options)
      if (E.isRight(pass))
        for (const { name } of [...plan.video, ...plan.audio]) await replace(folder, fresh, name)
      await rm(fresh, { recursive: true, force: true })
      return pass
    })
    if (E.isRight(ended)) renditions = await segmentRenditions(planOf(attempt.plan, renditions), folder)
    return ended
  }
  const soundAlone = { ...attempt.plan, video: [] }
  /** Where the sound is read from: the source, or PCM. */
  let sound = request
  const lengthOf = (kind: 'video' | 'audio') =>
    Math.max(0, ...renditions.filter((one) => one[kind] !== null).map(segmentedSeconds))

  if (renditions.some(({ audio, isEven }) => audio !== null && !isEven)) {
    const ended = await runWithOneRetry(run, async () => {
      await rm(pcm, { force: true })
      return decodeToPcm(found, run, request, pcm)
    })
    if (E.isLeft(ended)) return ended
    sound = {
      ...request,
      path: pcm,
      isFromZero: true,
      facts: { ...facts, audio: facts.audio && { ...facts.audio, index: 0 } },
    }
    // Without padding: only so is it known where the sound ends.
    const encoded = await again(soundAlone, sound, { ...NO_ADDED_SECONDS, padSeconds: 0 })
    if (E.isLeft(encoded)) return encoded
    added = { ...added, tailSeconds: 0 }
    encodedSeconds = encodedSecondsOf(renditions, added)
  }
  if (renditions.every(({ audio }) => audio === null) || renditions.every(({ video }) => video === null))
    return E.right({ ...made, renditions, added, encodedSeconds })

  const frame = longestFrameSeconds(renditions)
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const gap = lengthOf('audio') - lengthOf('video')
    if (Math.abs(gap) <= frame) break
    // Headers lie both ways: pictures may have to be held for longer than these say, or for less.
    const isHeld = added.tailSeconds === 0 && (gap > 0 || added.holdSeconds > 0)
    added = { holdSeconds: isHeld ? Math.max(0, added.holdSeconds + gap) : added.holdSeconds, tailSeconds: 0 }
    const ended = isHeld
      ? await again({ ...attempt.plan, audio: [] }, request, { ...added, padSeconds: 0 })
      : await again(soundAlone, sound, { ...NO_ADDED_SECONDS, padSeconds: lengthOf('video') })
    if (E.isLeft(ended)) return ended
    encodedSeconds = isHeld
      ? remeasureVideo(encodedSeconds, renditions, added)
      : remeasurePaddedAudio(encodedSeconds, lengthOf('audio'))
  }
  const untold = unevenEndWarnings(facts, encodedSeconds.video, encodedSeconds.audio)
  const withWarnings = { ...attempt, warnings: [...attempt.warnings, ...untold] }
  return E.right({ ...made, renditions, added, encodedSeconds, attempt: withWarnings })
}

/**
 * A pass, and once more where the file may be to blame: what fails for a moment looks the same, and after it some of the
 * film would be given up for good. `warnings`: what this pass would cost.
 */
export const runWithOneRetry = async <A>(
  { onFailedAttempt }: TranscodeContext,
  pass: () => Promise<E.Either<EngineFailure, A>>,
  warnings: ReadonlyArray<string> = [],
): Promise<E.Either<EngineFailure, A>> => {
  const first = await pass()
  if (E.isRight(first)) return first
  onFailedAttempt(first.left, warnings)
  if (!mayRetryAfter(first.left)) return first
  const second = await pass()
  if (E.isLeft(second)) onFailedAttempt(second.left, warnings)
  return second
}

/** Puts what was made anew in the place of what was there; a rung that came to nothing is gone. */
const replace = async (folder: string, fresh: string, name: string): Promise<void> => {
  const file = `${name}.mp4`
  await rm(join(folder, file), { force: true })
  await rename(join(fresh, file), join(folder, file)).catch((error) => {
    if (!isNotFound(error)) throw error
  })
}

/** Pictures that are held may begin to be so at another of the last two, so that once is not always enough. */
const MOST_TRIES = 3

type Lengths = AddedSeconds & Pick<RecipeOptions, 'padSeconds'>

/** Of the rungs that came to something. */
const planOf = (plan: MediaPlan, renditions: ReadonlyArray<SegmentedRendition>): MediaPlan => {
  const isMade = ({ name }: { readonly name: string }) => renditions.some((one) => one.name === name)
  return { ...plan, video: plan.video.filter(isMade), audio: plan.audio.filter(isMade) }
}

const decodeToPcm = async (
  found: FoundEngine,
  run: TranscodeContext,
  request: TranscodeRequest,
  file: string,
) => {
  const { facts, plan } = request
  if (facts.audio === null) throw new Error('there is no sound to decode')
  const wallSeconds = run.wallSecondsFor(facts.durationSeconds ?? run.maxSeconds)
  return encodeWithin(found, run, request, toPcmJob(request, facts.audio, plan.audio, file, wallSeconds))
}

export const encodePass = async (
  found: FoundEngine,
  run: TranscodeContext,
  request: TranscodeRequest,
  { plan, convertsColours }: EncodeAttempt,
  folder: string,
  lengths: Lengths,
): Promise<E.Either<EngineFailure, EncodeResult>> => {
  const wallSeconds = run.wallSecondsFor(request.facts.durationSeconds ?? run.maxSeconds)
  const cube = convertsColours && plan.video.length > 0 ? await writeCube(request.facts, folder) : null
  const options = Object.assign({}, lengths, { cube, wallSeconds })
  return encodeWithin(found, run, request, toEncodeJob(request, plan, folder, options))
}

const writeCube = async ({ video }: MediaFacts, folder: string): Promise<string | null> => {
  const meaning = video === null ? null : videoColourOf(video).meaning
  if (meaning === null || !needsColourCube(meaning)) return null
  const path = join(folder, 'colours.cube')
  await writeFile(path, colourCube(meaning))
  return path
}

/** Encodes, and stops when the file goes on for too long. */
const encodeWithin = async (
  { engine }: FoundEngine,
  run: TranscodeContext,
  { facts: { durationSeconds }, onProgress, signal }: TranscodeRequest,
  job: EncodeJob,
): Promise<E.Either<EngineFailure, EncodeResult>> => {
  const tooLong = new AbortController()
  const onSeconds = (seconds: number) => {
    // A file may keep silent on its length, or lie: a gap in its timestamps is filled with pictures for as long.
    if (seconds > run.maxSeconds + LENGTH_TOLERANCE_SECONDS) tooLong.abort()
    if (durationSeconds !== null) onProgress(Math.min(1, seconds / durationSeconds) * ENCODING)
  }
  return engine.encode(job, onSeconds, AbortSignal.any([signal, tooLong.signal]))()
}

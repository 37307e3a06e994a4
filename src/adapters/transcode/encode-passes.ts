import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { colourCube } from '../../domain/colour/colour-cube.ts'
import type { MediaFacts, MediaPlan } from '../../domain/ingest/plan/media-plan.ts'
import { E } from '../../fp.ts'
import { isMissing } from '../platform/errno.ts'
import { type Attempt, attemptsFor } from './attempts.ts'
import type { EncodeJob, EncodeResult, EngineFailure } from './engine.ts'
import { colourOf, needsCube } from './film-filters.ts'
import type { FoundEngine } from './find-engine.ts'
import { frameSecondsOf, type SegmentedRendition, secondsOf } from './isobmff/cut-rendition.ts'
import { cutRenditions } from './isobmff/cut-renditions.ts'
import { longestOf } from './longest.ts'
import { mayBearAnother } from './process/machine-faults.ts'
import { type RecipeOptions, toEncodeJob, toPcmJob } from './recipe.ts'
import type { Run, TranscodeRequest } from './transcode.ts'
import { unevenEnds } from './uneven-ends.ts'

/** Encoding is nearly all of the work; what comes after it has the rest of the bar. */
const ENCODING = 0.97

/** The last frame may end a little after what the source says of itself. */
export const GRACE_SECONDS = 1

/** What one way of encoding gave. */
export type EncodedFilm = EncodeResult & {
  readonly attempt: Attempt
  /** Of what was encoded: its sound may be another than the chosen one. */
  readonly facts: MediaFacts
  readonly folder: string
  readonly renditions: ReadonlyArray<SegmentedRendition>
  /** What was put behind its pictures and its sound. */
  readonly added: Added
  /** How much of the source could be decoded, without what was added. `null`: that is not known. */
  readonly sourceSeconds: number | null
}

/** Seconds for which the last picture is held, and of silence behind the sound. */
export type Added = Pick<RecipeOptions, 'holdSeconds' | 'tailSeconds'>

export const NOTHING_ADDED: Added = { holdSeconds: 0, tailSeconds: 0 }

/** Encodes in the first way that the file bears, into a new folder; what a failed try leaves behind is removed. */
export const encodeOneWay = async (
  found: FoundEngine,
  run: Run,
  request: TranscodeRequest,
): Promise<E.Either<EngineFailure, EncodedFilm>> => {
  const attempts = attemptsFor(request.facts, request.plan)
  let failed: E.Either<EngineFailure, never> = E.left({ reason: 'broken', detail: 'nothing was tried' })
  for (const attempt of attempts) {
    const added = missingByHeader(request.facts, attempt.plan)
    let folder = request.folder
    const ended = await runTwice(
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
      const renditions = await cutRenditions(attempt.plan, folder)
      const sourceSeconds = sourceSecondsOf(renditions, added)
      const { facts } = request
      const { isCutOff } = ended.right
      return E.right({ attempt, facts, folder, renditions, added, sourceSeconds, isCutOff })
    }
    failed = ended
    if (!mayBearAnother(ended.left)) break
  }
  return failed
}

/** `null` where sound is uneven: it is as long as what it lacks, too, or as long as an engine counted it wrongly. */
export const sourceSecondsOf = (
  renditions: ReadonlyArray<SegmentedRendition>,
  { holdSeconds, tailSeconds }: Added,
): number | null =>
  longestOf(
    renditions.map((one) => {
      if (one.video !== null) return secondsOf(one) - holdSeconds
      return one.isEven ? secondsOf(one) - tailSeconds : null
    }),
  )

/**
 * The same after `equalizeLengths`: a pass over pictures alone tells anew how long these are in the source, by a hold
 * that is nearer to the truth. The first one was held for what the header said, and came out in whole pictures.
 */
export const sourceSecondsAnew = (
  soundSeconds: number | null,
  films: ReadonlyArray<SegmentedRendition>,
  added: Added,
): number | null => longestOf([soundSeconds, sourceSecondsOf(films, added)])

const soundsOf = (renditions: ReadonlyArray<SegmentedRendition>) =>
  renditions.filter(({ video }) => video === null)
const filmsOf = (renditions: ReadonlyArray<SegmentedRendition>) =>
  renditions.filter(({ video }) => video !== null)

/** A header that lies costs as much encoding as it says is missing. More than this is measured first. */
const MAX_ADDED_BY_HEADER_SECONDS = 60

/** What the shorter one of pictures and sound lacks, by the header; `equalizeLengths` adds what the header does not say. */
const missingByHeader = ({ video, audio }: MediaFacts, plan: MediaPlan): Added => {
  const [pictures, sound] = [video?.endSeconds ?? null, audio?.endSeconds ?? null]
  if (plan.video.length === 0 || plan.audio.length === 0 || pictures === null || sound === null)
    return NOTHING_ADDED
  const frame = plan.frameRate.den / plan.frameRate.num
  // The shortest film is one picture of the rate that is planned, even if the source shows it for less.
  const gap = sound - Math.max(pictures, frame)
  if (Math.abs(gap) > MAX_ADDED_BY_HEADER_SECONDS) return NOTHING_ADDED
  return { holdSeconds: gap > frame ? gap : 0, tailSeconds: gap < -frame ? -gap : 0 }
}

/**
 * Makes all renditions last equally long, by another pass over what is too short: silence goes behind the sound, the
 * last picture is held. Sound that is uneven is first brought into one form by itself.
 */
export const equalizeLengths = async (
  found: FoundEngine,
  run: Run,
  request: TranscodeRequest,
  made: EncodedFilm,
): Promise<E.Either<EngineFailure, EncodedFilm>> => {
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
  run: Run,
  request: TranscodeRequest,
  made: EncodedFilm,
  pcm: string,
): Promise<E.Either<EngineFailure, EncodedFilm>> => {
  const { attempt, folder } = made
  let { renditions, sourceSeconds, added } = made
  const { facts } = request
  const again = async (plan: MediaPlan, source: TranscodeRequest, options: Lengths) => {
    const ended = await runTwice(run, async () => {
      const fresh = await mkdtemp(join(folder, 'again-'))
      const pass = await encodePass(found, run, source, { ...attempt, plan }, fresh, options)
      if (E.isRight(pass))
        for (const { name } of [...plan.video, ...plan.audio]) await replace(folder, fresh, name)
      await rm(fresh, { recursive: true, force: true })
      return pass
    })
    if (E.isRight(ended)) renditions = await cutRenditions(planOf(attempt.plan, renditions), folder)
    return ended
  }
  const soundAlone = { ...attempt.plan, video: [] }
  /** Where the sound is read from: the source, or PCM. */
  let sound = request
  const lengthOf = (kind: 'video' | 'audio') =>
    Math.max(0, ...renditions.filter((one) => one[kind] !== null).map(secondsOf))

  if (renditions.some(({ audio, isEven }) => audio !== null && !isEven)) {
    const ended = await runTwice(run, async () => {
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
    const encoded = await again(soundAlone, sound, { ...NOTHING_ADDED, padSeconds: 0 })
    if (E.isLeft(encoded)) return encoded
    added = { ...added, tailSeconds: 0 }
    sourceSeconds = sourceSecondsOf(renditions, added)
  }
  if (renditions.every(({ audio }) => audio === null) || renditions.every(({ video }) => video === null))
    return E.right({ ...made, renditions, added, sourceSeconds })

  const soundSeconds = sourceSecondsOf(soundsOf(renditions), added)
  const frame = frameSecondsOf(renditions)
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const gap = lengthOf('audio') - lengthOf('video')
    if (Math.abs(gap) <= frame) break
    // Headers lie both ways: pictures may have to be held for longer than these say, or for less.
    const isHeld = added.tailSeconds === 0 && (gap > 0 || added.holdSeconds > 0)
    added = { holdSeconds: isHeld ? Math.max(0, added.holdSeconds + gap) : added.holdSeconds, tailSeconds: 0 }
    const ended = isHeld
      ? await again({ ...attempt.plan, audio: [] }, request, { ...added, padSeconds: 0 })
      : await again(soundAlone, sound, { ...NOTHING_ADDED, padSeconds: lengthOf('video') })
    if (E.isLeft(ended)) return ended
    if (isHeld) sourceSeconds = sourceSecondsAnew(soundSeconds, filmsOf(renditions), added)
  }
  const untold = unevenEnds(facts, sourceSecondsOf(filmsOf(renditions), added), soundSeconds)
  const withWarnings = { ...attempt, warnings: [...attempt.warnings, ...untold] }
  return E.right({ ...made, renditions, added, sourceSeconds, attempt: withWarnings })
}

/**
 * A pass, and once more where the file may be to blame: what fails for a moment looks the same, and after it some of the
 * film would be given up for good. `warnings`: what this pass would cost.
 */
export const runTwice = async <A>(
  { onFailedAttempt }: Run,
  pass: () => Promise<E.Either<EngineFailure, A>>,
  warnings: ReadonlyArray<string> = [],
): Promise<E.Either<EngineFailure, A>> => {
  const first = await pass()
  if (E.isRight(first)) return first
  onFailedAttempt(first.left, warnings)
  if (!mayBearAnother(first.left)) return first
  const second = await pass()
  if (E.isLeft(second)) onFailedAttempt(second.left, warnings)
  return second
}

/** Puts what was made anew in the place of what was there; a rung that came to nothing is gone. */
const replace = async (folder: string, fresh: string, name: string): Promise<void> => {
  const file = `${name}.mp4`
  await rm(join(folder, file), { force: true })
  await rename(join(fresh, file), join(folder, file)).catch((error) => {
    if (!isMissing(error)) throw error
  })
}

/** Pictures that are held may begin to be so at another of the last two, so that once is not always enough. */
const MOST_TRIES = 3

type Lengths = Added & Pick<RecipeOptions, 'padSeconds'>

/** Of the rungs that came to something. */
const planOf = (plan: MediaPlan, renditions: ReadonlyArray<SegmentedRendition>): MediaPlan => {
  const isMade = ({ name }: { readonly name: string }) => renditions.some((one) => one.name === name)
  return { ...plan, video: plan.video.filter(isMade), audio: plan.audio.filter(isMade) }
}

const decodeToPcm = async (found: FoundEngine, run: Run, request: TranscodeRequest, file: string) => {
  const { facts, plan } = request
  if (facts.audio === null) throw new Error('there is no sound to decode')
  const wallSeconds = run.wallSecondsFor(facts.durationSeconds ?? run.maxSeconds)
  return encodeWithin(found, run, request, toPcmJob(request, facts.audio, plan.audio, file, wallSeconds))
}

export const encodePass = async (
  found: FoundEngine,
  run: Run,
  request: TranscodeRequest,
  { plan, convertsColours }: Attempt,
  folder: string,
  lengths: Lengths,
): Promise<E.Either<EngineFailure, EncodeResult>> => {
  const wallSeconds = run.wallSecondsFor(request.facts.durationSeconds ?? run.maxSeconds)
  const cube = convertsColours && plan.video.length > 0 ? await writeCube(request.facts, folder) : null
  const options = Object.assign({}, lengths, { cube, wallSeconds })
  return encodeWithin(found, run, request, toEncodeJob(request, plan, folder, options))
}

const writeCube = async ({ video }: MediaFacts, folder: string): Promise<string | null> => {
  const meaning = video === null ? null : colourOf(video).meaning
  if (meaning === null || !needsCube(meaning)) return null
  const path = join(folder, 'colours.cube')
  await writeFile(path, colourCube(meaning))
  return path
}

/** Encodes, and stops when the file goes on for too long. */
const encodeWithin = async (
  { engine }: FoundEngine,
  run: Run,
  { facts: { durationSeconds }, onProgress, signal }: TranscodeRequest,
  job: EncodeJob,
): Promise<E.Either<EngineFailure, EncodeResult>> => {
  const tooLong = new AbortController()
  const onSeconds = (seconds: number) => {
    // A file may keep silent on its length, or lie: a gap in its timestamps is filled with pictures for as long.
    if (seconds > run.maxSeconds + GRACE_SECONDS) tooLong.abort()
    if (durationSeconds !== null) onProgress(Math.min(1, seconds / durationSeconds) * ENCODING)
  }
  return engine.encode(job, onSeconds, AbortSignal.any([signal, tooLong.signal]))()
}

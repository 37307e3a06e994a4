import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { colourCube } from '../../domain/colour/colour-cube.ts'
import type { MediaFacts, MediaPlan } from '../../domain/ingest/plan/media-plan.ts'
import { E } from '../../fp.ts'
import { isNotFound } from '../platform/errno.ts'
import { type CandidateEncodePlan, candidateEncodePlansFor } from './candidate-encode-plans.ts'
import type { EncodeJob, EncodeResult, EngineFailure } from './engine.ts'
import type { FoundEngine } from './find-engine.ts'
import { segmentRenditions } from './isobmff/segment-renditions.ts'
import {
  longestFrameSeconds,
  type SegmentedRendition,
  segmentedSeconds,
} from './isobmff/segmented-rendition.ts'
import { mayRetryAfter } from './process/machine-faults.ts'
import { toEncodeJob, toPcmJob } from './recipe.ts'
import type { RecipeOptions } from './recipe-options.ts'
import {
  type EncodedSeconds,
  encodedSecondsOf,
  NO_PADDING,
  type PaddingSeconds,
  remeasurePaddedAudio,
  remeasureVideo,
} from './source-length.ts'
import type { TranscodeContext, TranscodeRequest } from './transcode.ts'
import { unevenEndWarnings } from './uneven-end-warnings.ts'
import { needsColourCube, videoColourOf } from './video-filters.ts'

/** Share of encoding in the progress. */
const ENCODING_SHARE = 0.97

/** The last frame may end a little after the declared duration. */
export const LENGTH_TOLERANCE_SECONDS = 1

/** The renditions that an encode made by one plan, and facts about them. */
export type EncodedRenditions = EncodeResult & {
  readonly candidate: CandidateEncodePlan
  /** Facts about the encoded streams. The audio may be a fallback of the selected audio. */
  readonly facts: MediaFacts
  readonly folder: string
  readonly renditions: ReadonlyArray<SegmentedRendition>
  /** What was appended to the video and to the audio to make them equally long. */
  readonly added: PaddingSeconds
  readonly encodedSeconds: EncodedSeconds
}

/** Encodes into a new folder, by the first plan that succeeds. Removes the files of failed encodes. */
export const encodeWithFallbacks = async (
  found: FoundEngine,
  context: TranscodeContext,
  request: TranscodeRequest,
): Promise<E.Either<EngineFailure, EncodedRenditions>> => {
  const candidates = candidateEncodePlansFor(request.facts, request.plan)
  let failure: E.Either<EngineFailure, never> = E.left({
    reason: 'unexplained',
    detail: 'nothing was tried',
  })
  for (const candidate of candidates) {
    const added = addedByHeader(request.facts, candidate.plan)
    let folder = request.folder
    const result = await runWithOneRetry(
      context,
      async () => {
        folder = await mkdtemp(join(request.folder, 'pass-'))
        const pass = await encodePass(found, context, request, candidate, folder, {
          ...added,
          minimumSeconds: 0,
        })
        if (E.isLeft(pass)) await rm(folder, { recursive: true, force: true })
        return pass
      },
      candidate.warnings,
    )
    if (E.isRight(result)) {
      const renditions = await segmentRenditions(candidate.plan, folder)
      const encodedSeconds = encodedSecondsOf(renditions, added)
      return E.right({
        ...result.right,
        ...{ candidate, facts: request.facts, folder, renditions, added, encodedSeconds },
      })
    }
    failure = result
    if (!mayRetryAfter(result.left)) break
  }
  return failure
}

/**
 * Maximum gap in seconds that is filled according to the header. For a longer gap the streams are measured
 * first: if the header is wrong, filling the gap would be wasted work.
 */
const MAX_ADDED_BY_HEADER_SECONDS = 60

/**
 * Returns the padding that makes video and audio equally long, according to the header. `equalizeLengths`
 * corrects the rest.
 */
const addedByHeader = ({ video, audio }: MediaFacts, plan: MediaPlan): PaddingSeconds => {
  const [videoEnd, audioEnd] = [video?.endSeconds ?? null, audio?.endSeconds ?? null]
  if (plan.video.length === 0 || plan.audio.length === 0 || videoEnd === null || audioEnd === null)
    return NO_PADDING
  const frame = plan.frameRate.den / plan.frameRate.num
  // The shortest video is one frame at the planned rate, even if the source shows it for less time.
  const gap = audioEnd - Math.max(videoEnd, frame)
  if (Math.abs(gap) > MAX_ADDED_BY_HEADER_SECONDS) return NO_PADDING
  return { lastFrameSeconds: gap > frame ? gap : 0, appendedSilenceSeconds: gap < -frame ? -gap : 0 }
}

/**
 * Makes all renditions equally long. Encodes the shorter stream again, with silence after the audio, or with
 * a longer last frame of the video. Audio with frames of unequal length is first decoded to PCM of one
 * format.
 */
export const equalizeLengths = async (
  found: FoundEngine,
  context: TranscodeContext,
  request: TranscodeRequest,
  encoded: EncodedRenditions,
): Promise<E.Either<EngineFailure, EncodedRenditions>> => {
  const pcm = join(encoded.folder, 'sound.mkv')
  try {
    return await equalizeWithPcm(found, context, request, encoded, pcm)
  } finally {
    await rm(pcm, { force: true })
  }
}

/** Does the work of `equalizeLengths`. `pcm` is the path for the decoded audio. */
const equalizeWithPcm = async (
  found: FoundEngine,
  context: TranscodeContext,
  request: TranscodeRequest,
  encoded: EncodedRenditions,
  pcm: string,
): Promise<E.Either<EngineFailure, EncodedRenditions>> => {
  const { candidate, folder } = encoded
  let { renditions, encodedSeconds, added } = encoded
  const { facts } = request
  const encodeAgain = async (plan: MediaPlan, source: TranscodeRequest, options: Lengths) => {
    const result = await runWithOneRetry(context, async () => {
      const newFolder = await mkdtemp(join(folder, 'again-'))
      const pass = await encodePass(found, context, source, { ...candidate, plan }, newFolder, options)
      if (E.isRight(pass))
        for (const { name } of [...plan.video, ...plan.audio]) await replace(folder, newFolder, name)
      await rm(newFolder, { recursive: true, force: true })
      return pass
    })
    if (E.isRight(result))
      renditions = await segmentRenditions(planOfExisting(candidate.plan, renditions), folder)
    return result
  }
  const audioPlan = { ...candidate.plan, video: [] }
  /** The request from which audio is encoded: it reads the source, or the PCM. */
  let audioRequest = request
  const lengthOf = (kind: 'video' | 'audio') =>
    Math.max(0, ...renditions.filter((rendition) => rendition[kind] !== null).map(segmentedSeconds))

  if (renditions.some(({ audio, hasEqualFrames }) => audio !== null && !hasEqualFrames)) {
    const result = await runWithOneRetry(context, async () => {
      await rm(pcm, { force: true })
      return decodeToPcm(found, context, request, pcm)
    })
    if (E.isLeft(result)) return result
    audioRequest = {
      ...request,
      path: pcm,
      hasZeroBasedTimes: true,
      facts: { ...facts, audio: facts.audio && { ...facts.audio, index: 0 } },
    }
    // Encoded without padding, because padding would hide where the audio ends.
    const reencoded = await encodeAgain(audioPlan, audioRequest, { ...NO_PADDING, minimumSeconds: 0 })
    if (E.isLeft(reencoded)) return reencoded
    added = { ...added, appendedSilenceSeconds: 0 }
    encodedSeconds = encodedSecondsOf(renditions, added)
  }
  if (renditions.every(({ audio }) => audio === null) || renditions.every(({ video }) => video === null))
    return E.right({ ...encoded, renditions, added, encodedSeconds })

  const frame = longestFrameSeconds(renditions)
  for (let passes = 0; passes < MAX_EQUALIZING_PASSES; passes++) {
    const gap = lengthOf('audio') - lengthOf('video')
    if (Math.abs(gap) <= frame) break
    // The header may declare too long or too short a time, so the last frame may need a longer or a shorter
    // duration.
    const holdsLastFrame = added.appendedSilenceSeconds === 0 && (gap > 0 || added.lastFrameSeconds > 0)
    added = {
      lastFrameSeconds: holdsLastFrame ? Math.max(0, added.lastFrameSeconds + gap) : added.lastFrameSeconds,
      appendedSilenceSeconds: 0,
    }
    const result = holdsLastFrame
      ? await encodeAgain({ ...candidate.plan, audio: [] }, request, { ...added, minimumSeconds: 0 })
      : await encodeAgain(audioPlan, audioRequest, { ...NO_PADDING, minimumSeconds: lengthOf('video') })
    if (E.isLeft(result)) return result
    encodedSeconds = holdsLastFrame
      ? remeasureVideo(encodedSeconds, renditions, added)
      : remeasurePaddedAudio(encodedSeconds, lengthOf('audio'))
  }
  const endWarnings = unevenEndWarnings(facts, encodedSeconds.video, encodedSeconds.audio)
  const withWarnings = { ...candidate, warnings: [...candidate.warnings, ...endWarnings] }
  return E.right({ ...encoded, renditions, added, encodedSeconds, candidate: withWarnings })
}

/**
 * Runs a pass. If it fails and the file may be at fault, runs it once more, because a temporary fault of the
 * machine can look the same. Without the repetition, the next plan would omit audio or colours for good.
 * `warnings` say what the exports of the current plan lack; they are logged.
 */
export const runWithOneRetry = async <A>(
  { onFailedEncode }: TranscodeContext,
  pass: () => Promise<E.Either<EngineFailure, A>>,
  warnings: ReadonlyArray<string> = [],
): Promise<E.Either<EngineFailure, A>> => {
  const first = await pass()
  if (E.isRight(first)) return first
  onFailedEncode(first.left, warnings)
  if (!mayRetryAfter(first.left)) return first
  const second = await pass()
  if (E.isLeft(second)) onFailedEncode(second.left, warnings)
  return second
}

/**
 * Replaces a rendition by the new one of a pass. If the pass wrote no file, the old rendition is removed.
 */
const replace = async (folder: string, newFolder: string, name: string): Promise<void> => {
  const file = `${name}.mp4`
  await rm(join(folder, file), { force: true })
  await rename(join(newFolder, file), join(folder, file)).catch((error) => {
    if (!isNotFound(error)) throw error
  })
}

/**
 * Maximum number of passes that make the lengths equal. One pass may not be enough, because a different
 * duration of the last frame can make another frame the last one.
 */
const MAX_EQUALIZING_PASSES = 3

type Lengths = PaddingSeconds & Pick<RecipeOptions, 'minimumSeconds'>

/** Returns the plan without the renditions that do not exist. */
const planOfExisting = (plan: MediaPlan, renditions: ReadonlyArray<SegmentedRendition>): MediaPlan => {
  const exists = ({ name }: { readonly name: string }) =>
    renditions.some((rendition) => rendition.name === name)
  return { ...plan, video: plan.video.filter(exists), audio: plan.audio.filter(exists) }
}

const decodeToPcm = async (
  found: FoundEngine,
  context: TranscodeContext,
  request: TranscodeRequest,
  file: string,
) => {
  const { facts, plan } = request
  if (facts.audio === null) throw new Error('there is no sound to decode')
  const wallSeconds = context.wallSecondsFor(facts.durationSeconds ?? context.maxSeconds)
  return encodeWithin(found, context, request, toPcmJob(request, facts.audio, plan.audio, file, wallSeconds))
}

export const encodePass = async (
  found: FoundEngine,
  context: TranscodeContext,
  request: TranscodeRequest,
  { plan, convertsColours }: CandidateEncodePlan,
  folder: string,
  lengths: Lengths,
): Promise<E.Either<EngineFailure, EncodeResult>> => {
  const wallSeconds = context.wallSecondsFor(request.facts.durationSeconds ?? context.maxSeconds)
  const cube = convertsColours && plan.video.length > 0 ? await writeCube(request.facts, folder) : null
  const options = Object.assign({}, lengths, { cube, wallSeconds })
  return encodeWithin(found, context, request, toEncodeJob(request, plan, folder, options))
}

const writeCube = async ({ video }: MediaFacts, folder: string): Promise<string | null> => {
  const meaning = video === null ? null : videoColourOf(video).meaning
  if (meaning === null || !needsColourCube(meaning)) return null
  const path = join(folder, 'colours.cube')
  await writeFile(path, colourCube(meaning))
  return path
}

/** Encodes, and stops if the file is too long. */
const encodeWithin = async (
  { engine }: FoundEngine,
  context: TranscodeContext,
  { facts: { durationSeconds }, onProgress, signal }: TranscodeRequest,
  job: EncodeJob,
): Promise<E.Either<EngineFailure, EncodeResult>> => {
  const tooLong = new AbortController()
  const onSeconds = (seconds: number) => {
    // A header may declare no duration or a wrong one, and a gap in timestamps is filled with frames.
    if (seconds > context.maxSeconds + LENGTH_TOLERANCE_SECONDS) tooLong.abort()
    if (durationSeconds !== null) onProgress(Math.min(1, seconds / durationSeconds) * ENCODING_SHARE)
  }
  return engine.encode(job, onSeconds, AbortSignal.any([signal, tooLong.signal]))()
}

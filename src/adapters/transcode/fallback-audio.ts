import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { FallbackAudio, MediaFacts } from '../../domain/ingest/plan/media-plan.ts'
import { E } from '../../fp.ts'
import { undecodableAudioWarning } from './attempts.ts'
import {
  type EncodedRenditions,
  encodeFirstWorkingAttempt,
  encodePass,
  equalizeLengths,
  runWithOneRetry,
} from './encode-passes.ts'
import type { EngineFailure } from './engine.ts'
import type { FoundEngine } from './find-engine.ts'
import { segmentRenditions } from './isobmff/segment-renditions.ts'
import { renditionTicks, type SegmentedRendition, segmentedSeconds } from './isobmff/segmented-rendition.ts'
import { leftOutLine } from './left-out.ts'
import { mayRetryAfter } from './process/machine-faults.ts'
import { AAC_FRAME_SAMPLES, PADDED_SAMPLES } from './recipe.ts'
import { longestStreamEnd } from './select-streams.ts'
import { type AddedSeconds, encodedSecondsOf, NO_ADDED_SECONDS } from './source-length.ts'
import type { TranscodeContext, TranscodeRequest } from './transcode.ts'

/**
 * Encodes, and makes all renditions last equally long. Where nothing of the chosen sound can be decoded, the next one
 * that can be takes its place, in the form that was planned, and in the end none. The pictures that were made stay.
 */
export const encodeWithFallbackAudio = async (
  found: FoundEngine,
  run: TranscodeContext,
  request: TranscodeRequest,
): Promise<E.Either<EngineFailure, EncodedRenditions>> => {
  const { facts, plan } = request
  const others = facts.fallbackAudio.map((other) => ({ ...request, facts: withSound(facts, other) }))
  let made = await encodeFirstWorkingAttempt(found, run, request)
  for (const other of [...others, null]) {
    if (E.isLeft(made)) {
      if (made.left.reason !== 'input' || plan.video.length > 0) return made
    } else if (plan.audio.length === 0 || made.right.renditions.some(({ parts }) => parts.length === 0))
      return made
    else if (!isMute(made.right)) {
      const levelled = await equalizeLengths(found, run, { ...request, facts: made.right.facts }, made.right)
      if (E.isRight(levelled) || levelled.left.reason !== 'input' || plan.video.length === 0) return levelled
    }
    if (E.isRight(made)) made = E.right(withoutSound(made.right, facts))
    if (other === null) continue
    const next = await encodeSound(found, run, other, made)
    if (E.isLeft(next)) return next
    if (next.right !== null) made = E.right(next.right)
  }
  return made
}

const isMute = ({ renditions, added }: EncodedRenditions): boolean => {
  const films = renditions.filter(({ video }) => video !== null)
  const sounds = renditions.filter(({ audio }) => audio !== null)
  // A sound of which nothing can be decoded may end in success all the same, and in nothing but its padding.
  return (
    sounds.length === 0 ||
    (films.some((film) => segmentedSeconds(film) > 1) && sounds.every((sound) => isPadding(sound, added)))
  )
}

const isPadding = (sound: SegmentedRendition, { tailSeconds }: AddedSeconds): boolean =>
  renditionTicks(sound) <= Math.max(PADDED_SAMPLES, tailSeconds * sound.timescale + AAC_FRAME_SAMPLES)

const withoutSound = (made: EncodedRenditions, facts: MediaFacts): EncodedRenditions => {
  const renditions = made.renditions.filter(({ video }) => video !== null)
  return {
    ...made,
    facts,
    attempt: {
      ...made.attempt,
      plan: { ...made.attempt.plan, audio: [] },
      warnings: [
        ...made.attempt.warnings.filter((warning) => warning !== undecodableAudioWarning(facts)),
        undecodableAudioWarning(facts),
      ],
    },
    renditions,
    encodedSeconds: { ...made.encodedSeconds, audio: null },
  }
}

/** `null` where this one cannot be decoded, either. */
const encodeSound = async (
  found: FoundEngine,
  run: TranscodeContext,
  request: TranscodeRequest,
  tried: E.Either<EngineFailure, EncodedRenditions>,
): Promise<E.Either<EngineFailure, EncodedRenditions | null>> => {
  const { facts, plan } = request
  const before = E.isRight(tried) ? tried.right : null
  const folder = before?.folder ?? (await mkdtemp(join(request.folder, 'pass-')))
  const sound = { plan: { ...plan, video: [] }, convertsColours: false, warnings: [] }
  const ended = await runWithOneRetry(run, async () => {
    for (const { name } of plan.audio) await rm(join(folder, `${name}.mp4`), { force: true })
    return encodePass(found, run, request, sound, folder, { ...NO_ADDED_SECONDS, padSeconds: 0 })
  })
  if (E.isLeft(ended)) return mayRetryAfter(ended.left) ? E.right(null) : ended
  const attempt = {
    plan: { ...plan, video: before?.attempt.plan.video ?? [] },
    convertsColours: before?.attempt.convertsColours ?? false,
    warnings:
      before?.attempt.warnings.filter((warning) => warning !== undecodableAudioWarning(before.facts)) ?? [],
  }
  const renditions = await segmentRenditions(attempt.plan, folder)
  const added = { holdSeconds: before?.added.holdSeconds ?? 0, tailSeconds: 0 }
  const sounds = renditions.filter(({ audio }) => audio !== null)
  if (sounds.every((sound) => isPadding(sound, added))) return E.right(null)
  const encodedSeconds = {
    video: before?.encodedSeconds.video ?? null,
    audio: encodedSecondsOf(sounds, added).audio,
  }
  const isTruncated = ended.right.isTruncated || before?.isTruncated === true
  const hasErrors = ended.right.hasErrors || before?.hasErrors === true
  return E.right({ attempt, folder, facts, renditions, added, encodedSeconds, isTruncated, hasErrors })
}

/** The other sound in place of the chosen one, and words for both. */
const withSound = (facts: MediaFacts, { source, description }: FallbackAudio): MediaFacts => ({
  ...facts,
  declaredSeconds: longestStreamEnd([facts.video, source]),
  audio: source,
  warnings: [
    ...facts.warnings.filter((warning) => warning !== leftOutLine(description)),
    `the sound (${facts.audio?.codec}) could not be decoded: ${description} replaces it`,
  ],
})

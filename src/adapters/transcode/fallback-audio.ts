import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { FallbackAudio, MediaFacts } from '../../domain/ingest/plan/media-plan.ts'
import { AAC_FRAME_SAMPLES } from '../../domain/media/aac.ts'
import { E } from '../../fp.ts'
import { PADDED_SAMPLES } from './audio-recipe.ts'
import { undecodableAudioWarning } from './candidate-encode-plans.ts'
import {
  type EncodedRenditions,
  encodePass,
  encodeWithFallbacks,
  equalizeLengths,
  runWithOneRetry,
} from './encode-passes.ts'
import type { EngineFailure } from './engine.ts'
import type { FoundEngine } from './find-engine.ts'
import { segmentRenditions } from './isobmff/segment-renditions.ts'
import { renditionTicks, type SegmentedRendition, segmentedSeconds } from './isobmff/segmented-rendition.ts'
import { leftOutLine } from './left-out-lines.ts'
import { mayRetryAfter } from './process/machine-faults.ts'
import { longestStreamEnd } from './select-streams.ts'
import { encodedSecondsOf, NO_PADDING, type PaddingSeconds } from './source-length.ts'
import type { TranscodeContext, TranscodeRequest } from './transcode.ts'

/**
 * Encodes, and makes all renditions equally long. If nothing of the selected audio can be decoded, the
 * fallback streams are tried in order, and the first one that can be decoded replaces it. If there is none,
 * the exports have no audio. The video is encoded only once.
 */
export const encodeWithFallbackAudio = async (
  found: FoundEngine,
  context: TranscodeContext,
  request: TranscodeRequest,
): Promise<E.Either<EngineFailure, EncodedRenditions>> => {
  const { facts, plan } = request
  const fallbacks = facts.fallbackAudio.map((fallback) => ({
    ...request,
    facts: withFallback(facts, fallback),
  }))
  let encoded = await encodeWithFallbacks(found, context, request)
  for (const fallback of [...fallbacks, null]) {
    if (E.isLeft(encoded)) {
      if (encoded.left.reason !== 'input' || plan.video.length > 0) return encoded
    } else if (plan.audio.length === 0 || encoded.right.renditions.some(({ parts }) => parts.length === 0))
      return encoded
    else if (!hasOnlySilence(encoded.right)) {
      const equalized = await equalizeLengths(
        found,
        context,
        { ...request, facts: encoded.right.facts },
        encoded.right,
      )
      if (E.isRight(equalized) || equalized.left.reason !== 'input' || plan.video.length === 0)
        return equalized
    }
    if (E.isRight(encoded)) encoded = E.right(withoutAudio(encoded.right, facts))
    if (fallback === null) continue
    const replaced = await encodeFallback(found, context, fallback, encoded)
    if (E.isLeft(replaced)) return replaced
    if (replaced.right !== null) encoded = E.right(replaced.right)
  }
  return encoded
}

const hasOnlySilence = ({ renditions, added }: EncodedRenditions): boolean => {
  const videoRenditions = renditions.filter(({ video }) => video !== null)
  const audioRenditions = renditions.filter(({ audio }) => audio !== null)
  // If nothing of the audio can be decoded, an engine may nevertheless succeed. It then writes only the
  // padding.
  return (
    audioRenditions.length === 0 ||
    (videoRenditions.some((video) => segmentedSeconds(video) > 1) &&
      audioRenditions.every((rendition) => isPadding(rendition, added)))
  )
}

const isPadding = (rendition: SegmentedRendition, { appendedSilenceSeconds }: PaddingSeconds): boolean =>
  renditionTicks(rendition) <=
  Math.max(PADDED_SAMPLES, appendedSilenceSeconds * rendition.timescale + AAC_FRAME_SAMPLES)

const withoutAudio = (encoded: EncodedRenditions, facts: MediaFacts): EncodedRenditions => {
  const renditions = encoded.renditions.filter(({ video }) => video !== null)
  return {
    ...encoded,
    facts,
    candidate: {
      ...encoded.candidate,
      plan: { ...encoded.candidate.plan, audio: [] },
      warnings: [
        ...encoded.candidate.warnings.filter((warning) => warning !== undecodableAudioWarning(facts)),
        undecodableAudioWarning(facts),
      ],
    },
    renditions,
    encodedSeconds: { ...encoded.encodedSeconds, audio: null },
  }
}

/** Encodes the audio of a fallback. Returns `null` if the fallback cannot be decoded either. */
const encodeFallback = async (
  found: FoundEngine,
  context: TranscodeContext,
  request: TranscodeRequest,
  previousResult: E.Either<EngineFailure, EncodedRenditions>,
): Promise<E.Either<EngineFailure, EncodedRenditions | null>> => {
  const { facts, plan } = request
  const previous = E.isRight(previousResult) ? previousResult.right : null
  const folder = previous?.folder ?? (await mkdtemp(join(request.folder, 'pass-')))
  const audioCandidate = { plan: { ...plan, video: [] }, convertsColours: false, warnings: [] }
  const result = await runWithOneRetry(context, async () => {
    for (const { name } of plan.audio) await rm(join(folder, `${name}.mp4`), { force: true })
    return encodePass(found, context, request, audioCandidate, folder, { ...NO_PADDING, minimumSeconds: 0 })
  })
  if (E.isLeft(result)) return mayRetryAfter(result.left) ? E.right(null) : result
  const candidate = {
    plan: { ...plan, video: previous?.candidate.plan.video ?? [] },
    convertsColours: previous?.candidate.convertsColours ?? false,
    warnings:
      previous?.candidate.warnings.filter((warning) => warning !== undecodableAudioWarning(previous.facts)) ??
      [],
  }
  const renditions = await segmentRenditions(candidate.plan, folder)
  const added = { lastFrameSeconds: previous?.added.lastFrameSeconds ?? 0, appendedSilenceSeconds: 0 }
  const audioRenditions = renditions.filter(({ audio }) => audio !== null)
  if (audioRenditions.every((rendition) => isPadding(rendition, added))) return E.right(null)
  const encodedSeconds = {
    video: previous?.encodedSeconds.video ?? null,
    audio: encodedSecondsOf(audioRenditions, added).audio,
  }
  const isTruncated = result.right.isTruncated || previous?.isTruncated === true
  const hasErrors = result.right.hasErrors || previous?.hasErrors === true
  return E.right({ candidate, folder, facts, renditions, added, encodedSeconds, isTruncated, hasErrors })
}

/** Replaces the selected audio with the fallback, and adds a warning that names both. */
const withFallback = (facts: MediaFacts, { source, description }: FallbackAudio): MediaFacts => ({
  ...facts,
  declaredSeconds: longestStreamEnd([facts.video, source]),
  audio: source,
  warnings: [
    ...facts.warnings.filter((warning) => warning !== leftOutLine(description)),
    `the sound (${facts.audio?.codec}) could not be decoded: ${description} replaces it`,
  ],
})

import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { MediaFacts, OtherSound } from '../../domain/ingest/plan/media-plan.ts'
import { E } from '../../fp.ts'
import { withoutSoundWarning } from './attempts.ts'
import {
  type Added,
  type EncodedFilm,
  encodeOneWay,
  encodePass,
  equalizeLengths,
  NOTHING_ADDED,
  runTwice,
  sourceSecondsOf,
} from './encode-passes.ts'
import type { EngineFailure } from './engine.ts'
import type { FoundEngine } from './find-engine.ts'
import { type SegmentedRendition, secondsOf, ticksOf } from './isobmff/cut-rendition.ts'
import { cutRenditions } from './isobmff/cut-renditions.ts'
import { leftOutLine } from './left-out.ts'
import { longestOf } from './longest.ts'
import { mayBearAnother } from './process/machine-faults.ts'
import { AAC_FRAME, PADDED_SAMPLES } from './recipe.ts'
import { longestEnd } from './select-streams.ts'
import type { Run, TranscodeRequest } from './transcode.ts'

/**
 * Encodes, and makes all renditions last equally long. Where nothing of the chosen sound can be decoded, the next one
 * that can be takes its place, in the form that was planned, and in the end none. The pictures that were made stay.
 */
export const encodeWithSomeSound = async (
  found: FoundEngine,
  run: Run,
  request: TranscodeRequest,
): Promise<E.Either<EngineFailure, EncodedFilm>> => {
  const { facts, plan } = request
  const others = facts.otherSounds.map((other) => ({ ...request, facts: withSound(facts, other) }))
  let made = await encodeOneWay(found, run, request)
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

const isMute = ({ renditions, added }: EncodedFilm): boolean => {
  const films = renditions.filter(({ video }) => video !== null)
  const sounds = renditions.filter(({ audio }) => audio !== null)
  // A sound of which nothing can be decoded may end in success all the same, and in nothing but its padding.
  return (
    sounds.length === 0 ||
    (films.some((film) => secondsOf(film) > 1) && sounds.every((sound) => isPadding(sound, added)))
  )
}

const isPadding = (sound: SegmentedRendition, { tailSeconds }: Added): boolean =>
  ticksOf(sound) <= Math.max(PADDED_SAMPLES, tailSeconds * sound.timescale + AAC_FRAME)

const withoutSound = (made: EncodedFilm, facts: MediaFacts): EncodedFilm => {
  const renditions = made.renditions.filter(({ video }) => video !== null)
  return {
    ...made,
    facts,
    attempt: {
      ...made.attempt,
      plan: { ...made.attempt.plan, audio: [] },
      warnings: [
        ...made.attempt.warnings.filter((warning) => warning !== withoutSoundWarning(facts)),
        withoutSoundWarning(facts),
      ],
    },
    renditions,
    sourceSeconds: made.sourceSeconds ?? sourceSecondsOf(renditions, made.added),
  }
}

/** `null` where this one cannot be decoded, either. */
const encodeSound = async (
  found: FoundEngine,
  run: Run,
  request: TranscodeRequest,
  tried: E.Either<EngineFailure, EncodedFilm>,
): Promise<E.Either<EngineFailure, EncodedFilm | null>> => {
  const { facts, plan } = request
  const before = E.isRight(tried) ? tried.right : null
  const folder = before?.folder ?? (await mkdtemp(join(request.folder, 'pass-')))
  const sound = { plan: { ...plan, video: [] }, convertsColours: false, warnings: [] }
  const ended = await runTwice(run, async () => {
    for (const { name } of plan.audio) await rm(join(folder, `${name}.mp4`), { force: true })
    return encodePass(found, run, request, sound, folder, { ...NOTHING_ADDED, padSeconds: 0 })
  })
  if (E.isLeft(ended)) return mayBearAnother(ended.left) ? E.right(null) : ended
  const attempt = {
    plan: { ...plan, video: before?.attempt.plan.video ?? [] },
    convertsColours: before?.attempt.convertsColours ?? false,
    warnings:
      before?.attempt.warnings.filter((warning) => warning !== withoutSoundWarning(before.facts)) ?? [],
  }
  const renditions = await cutRenditions(attempt.plan, folder)
  const added = { holdSeconds: before?.added.holdSeconds ?? 0, tailSeconds: 0 }
  const sounds = renditions.filter(({ audio }) => audio !== null)
  if (sounds.every((sound) => isPadding(sound, added))) return E.right(null)
  const soundSeconds = sourceSecondsOf(sounds, added)
  const sourceSeconds = before === null ? soundSeconds : longestOf([before.sourceSeconds, soundSeconds])
  const isCutOff = ended.right.isCutOff || before?.isCutOff === true
  return E.right({ attempt, folder, facts, renditions, added, sourceSeconds, isCutOff })
}

/** The other sound in place of the chosen one, and words for both. */
const withSound = (facts: MediaFacts, { source, description }: OtherSound): MediaFacts => ({
  ...facts,
  announcedSeconds: longestEnd([facts.video, source]),
  audio: source,
  warnings: [
    ...facts.warnings.filter((warning) => warning !== leftOutLine(description)),
    `the sound (${facts.audio?.codec}) could not be decoded: ${description} is in its place`,
  ],
})

import type { MediaFacts } from '../../domain/ingest/plan/media-plan.ts'
import { type Refused, refused, type Unavailable } from '../../domain/shared/errors.ts'
import { E, pipe, TE } from '../../fp.ts'
import { DEFAULT_JUMP_SECONDS } from './engine.ts'
import type { FoundEngine } from './find-engine.ts'
import { totalSeconds } from './packet-spans.ts'

export const tooLongRefusal = (maxSeconds: number): Refused =>
  refused(`the file plays for longer than ${maxSeconds} seconds`)

/** Nothing that the header says of the ends of streams is believed any longer. */
const withMeasuredSeconds = (facts: MediaFacts, durationSeconds: number): MediaFacts => ({
  ...facts,
  durationSeconds,
  video: facts.video && { ...facts.video, endSeconds: null },
  audio: facts.audio && { ...facts.audio, endSeconds: null },
})

/**
 * Refuses what is too long. Headers may say anything: a file that says that it is too long is read through before it is
 * believed. Where that fails it is not known, and the pass that encodes it stops at the limit.
 */
export const refuseTooLong = (
  found: TE.TaskEither<Unavailable, FoundEngine>,
  path: string,
  facts: MediaFacts,
  maxSeconds: number,
  signal: AbortSignal,
): TE.TaskEither<Refused | Unavailable, MediaFacts> => {
  const { video, audio, declaredSeconds } = facts
  if (declaredSeconds === null || declaredSeconds <= maxSeconds) return TE.right(facts)
  const used = [video, audio].flatMap((stream) => (stream === null ? [] : [stream.index]))
  return pipe(
    found,
    TE.flatMap(({ engine }) =>
      TE.fromTask(engine.packetSpans({ path, jumpSeconds: DEFAULT_JUMP_SECONDS }, used, signal)),
    ),
    TE.flatMapEither((spans): E.Either<Refused, MediaFacts> => {
      const seconds = E.isLeft(spans) ? 0 : totalSeconds(spans.right)
      if (seconds === 0) return E.right(facts)
      return seconds > maxSeconds
        ? E.left(tooLongRefusal(maxSeconds))
        : E.right(withMeasuredSeconds(facts, seconds))
    }),
  )
}

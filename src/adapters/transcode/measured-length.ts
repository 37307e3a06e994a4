import type { MediaFacts } from '../../domain/ingest/plan/media-plan.ts'
import { type Refused, refused, type Unavailable } from '../../domain/shared/errors.ts'
import { E, pipe, TE } from '../../fp.ts'
import { DEFAULT_JUMP_SECONDS } from './engine.ts'
import type { FoundEngine } from './find-engine.ts'
import { totalPacketSeconds } from './packet-spans.ts'

export const tooLongRefusal = (maxSeconds: number): Refused =>
  refused(`the file plays for longer than ${maxSeconds} seconds`)

/**
 * Replaces the duration by a measured one. Also removes the declared ends of the streams, because the header
 * was wrong.
 */
const withMeasuredSeconds = (facts: MediaFacts, durationSeconds: number): MediaFacts => ({
  ...facts,
  durationSeconds,
  video: facts.video && { ...facts.video, endSeconds: null },
  audio: facts.audio && { ...facts.audio, endSeconds: null },
})

/**
 * Refuses a file that is too long. A header may be wrong, so if the declared duration is too long, all
 * packets are read to measure the duration. If the measurement fails, the declared duration is not used, and
 * encoding stops at the limit.
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
      const seconds = E.isLeft(spans) ? 0 : totalPacketSeconds(spans.right)
      if (seconds === 0) return E.right(facts)
      return seconds > maxSeconds
        ? E.left(tooLongRefusal(maxSeconds))
        : E.right(withMeasuredSeconds(facts, seconds))
    }),
  )
}

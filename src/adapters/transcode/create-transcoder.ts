import { filmColour } from '../../domain/colour/film-colour.ts'
import { mayVary } from '../../domain/ingest/plan/frame-rate.ts'
import type { MediaFacts } from '../../domain/ingest/plan/media-plan.ts'
import { type Refused, refused, type Unavailable, unavailable } from '../../domain/shared/errors.ts'
import { E, pipe, TE } from '../../fp.ts'
import type { Log } from '../../ports/log.ts'
import type { Transcoder } from '../../ports/transcoder.ts'
import { findSandbox } from '../sandbox/sandbox.ts'
import type { EngineFacts, EngineFailure } from './engine.ts'
import { engineDifferences } from './engine-differences.ts'
import { type EnginePaths, type FoundEngine, findEngine, findEngines } from './find-engine.ts'
import { startsAsMovie } from './isobmff/starts-as-movie.ts'
import { withSecondFileTold } from './joined/second-file.ts'
import { tooLong, withBoundedLength } from './measured-length.ts'
import { withoutMixedChain } from './ogg-chain.ts'
import { MAX_WORK_SECONDS, wallSecondsFor } from './process/limits.ts'
import { selectStreams } from './select-streams.ts'
import { withTransportFacts } from './source-clock.ts'
import { transcodeWith } from './transcode.ts'

export type TranscoderOptions = {
  /** Media that play for longer are refused. */
  readonly maxSeconds: number
  readonly log: Log
  /** The longest that one pass over a file may take, in wall seconds, however long the file is. */
  readonly maxWorkSeconds?: number
  /** Wall seconds that an engine may take for so many seconds of media. */
  readonly wallSecondsFor?: (mediaSeconds: number) => number
}

/** Transcodes with what this machine has: see findEngine. It is looked for once, when first asked. */
export const createTranscoder = ({
  ffmpegPath,
  ffprobePath,
  ...options
}: EnginePaths & TranscoderOptions): Transcoder =>
  createTranscoderOn(
    findEngine({ ffmpegPath, ffprobePath }, options.log),
    options,
    findEngines({ ffmpegPath, ffprobePath }),
  )

/** Transcodes with one engine. An engine that was not found is looked for again at the next call. */
export const createTranscoderOn = (
  find: TE.TaskEither<Unavailable, FoundEngine>,
  options: TranscoderOptions,
  /** All that are here. */
  all: TE.TaskEither<never, ReadonlyArray<EngineFacts>> = TE.right([]),
): Transcoder => {
  const { maxSeconds, maxWorkSeconds = MAX_WORK_SECONDS, log } = options
  const found = once(find)

  const toError = (failure: EngineFailure): Refused | Unavailable => {
    if (failure.reason === 'aborted') return unavailable('transcoder')('it was stopped before its end')
    const message = refusalFor(failure)
    // A file that cannot be used is reported to its owner; only our own faults go to the operator.
    if (message === null) log.warn('transcoder.failed', failure)
    else log.info('transcoder.refused', failure)
    return message === null ? unavailable('transcoder')(failure.detail) : refused(message)
  }
  const run = {
    maxSeconds,
    wallSecondsFor:
      options.wallSecondsFor ?? ((mediaSeconds: number) => wallSecondsFor(mediaSeconds, maxWorkSeconds)),
    toError,
    tooLong: tooLong(maxSeconds),
    onFailedAttempt: ({ reason, detail }: EngineFailure, warnings: ReadonlyArray<string>) => {
      if (reason !== 'aborted') log.info('transcoder.attempt_failed', { reason, detail, warnings })
    },
  }

  return {
    describe: pipe(
      found,
      TE.map(({ facts }) => facts.name),
    ),
    differences: pipe(
      TE.Do,
      TE.apS('inUse', found),
      TE.bindW('here', () => all),
      TE.map(({ inUse, here }) =>
        engineDifferences(
          inUse.facts,
          here.filter(({ name }) => name !== inUse.facts.name),
        ),
      ),
    ),
    isolation: async () => E.right((await findSandbox()).isolation),
    probe: (path, signal = never()) =>
      pipe(
        found,
        // A path that no process can be given, for one, makes the call itself throw.
        TE.flatMap(({ engine }) => TE.tryCatch(engine.probe(path, signal), unavailable('transcoder'))),
        TE.flatMap((probed) =>
          E.isRight(probed)
            ? TE.right(probed.right)
            : pipe(
                TE.tryCatch(() => withTrueReason(probed.left, path), unavailable('transcoder')),
                TE.flatMap((failure) => TE.left(toError(failure))),
              ),
        ),
        TE.flatMap((probed) =>
          TE.tryCatch(() => withTransportFacts(probed, path, signal), unavailable('transcoder')),
        ),
        TE.flatMapEither(selectStreams),
        TE.flatMapEither(withReadColours),
        TE.flatMap((facts) => withPeakRate(found, path, facts, signal)),
        TE.flatMap((facts) => withoutMixedChain(path, facts, signal)),
        TE.flatMap((facts) =>
          TE.tryCatch(() => withSecondFileTold(facts, path, signal), unavailable('transcoder')),
        ),
        TE.flatMap((facts) => withBoundedLength(found, path, facts, maxSeconds, signal)),
      ),
    transcode: (path, facts, plan, folder, onProgress, signal = never()) =>
      pipe(
        found,
        TE.flatMap((engine) => transcodeWith(engine, run)({ path, facts, plan, folder, onProgress, signal })),
      ),
  }
}

/** A film whose colours nothing here converts is refused before it is encoded. */
const withReadColours = (facts: MediaFacts): E.Either<Refused, MediaFacts> =>
  facts.video === null
    ? E.right(facts)
    : pipe(
        filmColour(facts.video.colour, { width: facts.video.codedWidth, height: facts.video.codedHeight }),
        E.map(() => facts),
      )
/** What demuxers guess of a rate that varies is often its mean. */
const withPeakRate = (
  found: TE.TaskEither<Unavailable, FoundEngine>,
  path: string,
  facts: MediaFacts,
  signal: AbortSignal,
): TE.TaskEither<Unavailable, MediaFacts> => {
  const { video } = facts
  if (video === null || !mayVary(video)) return TE.right(facts)
  return pipe(
    found,
    TE.flatMap(({ engine }) => TE.fromTask(engine.peakRate(path, video.index, signal))),
    TE.map((peak) => {
      const peakRate = E.isRight(peak) && peak.right > 0 ? peak.right : null
      return { ...facts, video: { ...video, peakRate } }
    }),
  )
}

/** A signal that is not aborted. */
const never = (): AbortSignal => new AbortController().signal

/** What the demuxer of MP4 and QuickTime says of a file of which the index stands, or should stand, behind all else. */
const NO_INDEX = /\bmoov atom not found\b/

/** FFmpeg takes any file for MP4 that has its name, and then misses the index. */
const withTrueReason = async (failure: EngineFailure, path: string): Promise<EngineFailure> =>
  NO_INDEX.test(failure.detail) && !(await startsAsMovie(path))
    ? { ...failure, detail: 'it is no sound and no film' }
    : failure

/** What to tell the sender; `null` when the file is not to blame. */
const refusalFor = ({ reason, detail }: EngineFailure): string | null => {
  switch (reason) {
    case 'input':
      return NO_INDEX.test(detail)
        ? 'the file is cut off, or was never finished: its index (moov) is missing'
        : 'the file cannot be read as sound or film'
    case 'crashed':
      return 'the file makes its decoder crash'
    case 'time':
      return 'the file takes too long to decode'
    case 'size':
      return 'what is made of the file grows too large'
    case 'broken':
    case 'unsure':
    case 'aborted':
      return null
  }
}

/** Callers share one search; a search that failed is forgotten. */
const once = <L, A>(task: TE.TaskEither<L, A>): TE.TaskEither<L, A> => {
  let running: Promise<E.Either<L, A>> | null = null
  return async () => {
    running ??= task()
    const result = await running
    if (E.isLeft(result)) running = null
    return result
  }
}

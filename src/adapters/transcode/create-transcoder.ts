import { videoColour } from '../../domain/colour/video-colour.ts'
import { mayHaveVariableFrameRate } from '../../domain/ingest/plan/frame-rate.ts'
import type { MediaFacts } from '../../domain/ingest/plan/media-plan.ts'
import { startsLikeMp4, unreadableReason } from '../../domain/ingest/unreadable-reason.ts'
import {
  type Refused,
  refused,
  type Unavailable,
  unavailable,
  unavailableForInput,
} from '../../domain/shared/errors.ts'
import { E, pipe, TE } from '../../fp.ts'
import type { Log } from '../../ports/log.ts'
import type { Transcoder } from '../../ports/transcoder.ts'
import { failedWithFile } from '../platform/errno.ts'
import { findSandbox } from '../sandbox/sandbox.ts'
import { isEncryptedFile } from './encrypted-file.ts'
import { type EngineFacts, type EngineFailure, formatInLog } from './engine.ts'
import { engineDifferences } from './engine-differences.ts'
import { type EnginePaths, type FoundEngine, findEngine, findEngines } from './find-engine.ts'
import { type Movie, readMovie } from './isobmff/movie-tracks.ts'
import { withSecondFileWarning } from './joined/second-file.ts'
import { refuseTooLong, tooLongRefusal } from './measured-length.ts'
import { withStatedSeconds } from './missing-end/missing-end.ts'
import { withMovieFacts, withTooManyBoxesWarning } from './movie-facts.ts'
import { refuseMixedOggChain } from './ogg-chain.ts'
import { ProbedFile } from './probed-file.ts'
import { MAX_WORK_SECONDS, wallSecondsFor } from './process/decoder-limits.ts'
import { selectStreams } from './select-streams.ts'
import { readSource, withSourceBytes } from './source-bytes.ts'
import { withTransportStreamFacts } from './source-clock.ts'
import { createTranscode } from './transcode.ts'

export type TranscoderOptions = {
  /** Maximum duration in seconds. Longer media are refused. */
  readonly maxSeconds: number
  readonly log: Log
  /** Maximum wall time in seconds of one pass over a file, however long the media are. */
  readonly maxWorkSeconds?: number
  /** Returns the time limit of an engine in wall seconds, for the given seconds of media. */
  readonly wallSecondsFor?: (mediaSeconds: number) => number
}

/**
 * Creates a transcoder that uses the engine of this machine (see findEngine). The first call searches for the
 * engine.
 */
export const createTranscoder = ({
  ffmpegPath,
  ffprobePath,
  ...options
}: EnginePaths & TranscoderOptions): Transcoder =>
  createTranscoderFrom(
    findEngine({ ffmpegPath, ffprobePath }, options.log),
    options,
    findEngines({ ffmpegPath, ffprobePath }),
  )

/**
 * Creates a transcoder with the engine that `find` returns. If no engine is found, the next call searches
 * again.
 */
export const createTranscoderFrom = (
  find: TE.TaskEither<Unavailable, FoundEngine>,
  options: TranscoderOptions,
  /** Lists all engines of this machine. */
  all: TE.TaskEither<never, ReadonlyArray<EngineFacts>> = TE.right([]),
): Transcoder => {
  const { maxSeconds, maxWorkSeconds = MAX_WORK_SECONDS, log } = options
  const found = once(find)

  const toError = (failure: EngineFailure, head: Uint8Array | null = null): Refused | Unavailable => {
    if (failure.reason === 'aborted') return unavailable('transcoder')('it was aborted')
    const message = refusalFor(failure, head)
    // The owner of the file sees a refusal, so it is only logged as information. Faults of Larder or of the
    // machine are logged as warnings.
    if (message === null) log.warn('transcoder.failed', failure)
    else log.info('transcoder.refused', failure)
    if (message !== null) return refused(message)
    const failed = failure.reason === 'broken' ? unavailable : unavailableForInput
    return failed('transcoder')(failure.detail)
  }
  const run = {
    maxSeconds,
    wallSecondsFor:
      options.wallSecondsFor ?? ((mediaSeconds: number) => wallSecondsFor(mediaSeconds, maxWorkSeconds)),
    toError,
    tooLong: tooLongRefusal(maxSeconds),
    onFailedEncode: ({ reason, detail }: EngineFailure, warnings: ReadonlyArray<string>) => {
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
        TE.bindTo('found'),
        TE.bindW('movie', () => readUnencryptedMovie(path, signal)),
        // The call itself may throw, for example if the path cannot be an argument of a process. `flatMap`
        // converts such an exception to a failure.
        TE.bindW('probed', ({ found: { engine } }) =>
          TE.tryCatch(engine.probe(path, signal), failedWithFile('transcoder')),
        ),
        TE.flatMap(({ probed, movie }) =>
          E.isRight(probed)
            ? TE.right({ probed: probed.right, movie })
            : pipe(
                TE.tryCatch(() => headOf(path, signal), failedWithFile('transcoder')),
                TE.flatMap((head) => TE.left(toError(probed.left, head))),
              ),
        ),
        TE.flatMap(({ probed, movie }) =>
          pipe(
            readSource(() => withTransportStreamFacts(probed, path, signal)),
            TE.flatMapEither(refuseImpossibleTimes),
            TE.map((described) => withMovieFacts(described, movie)),
            TE.flatMapEither(selectStreams),
            TE.map((facts) => withTooManyBoxesWarning(facts, movie)),
          ),
        ),
        TE.flatMapEither(refuseUnsupportedColours),
        TE.flatMap((facts) => withPeakRate(found, path, facts, signal)),
        TE.flatMap((facts) => refuseMixedOggChain(path, facts, signal)),
        TE.flatMap((facts) => readSource(() => withSecondFileWarning(facts, path, signal))),
        TE.flatMap((facts) => refuseTooLong(found, path, facts, maxSeconds, signal)),
        TE.flatMap((facts) => readSource(() => withStatedSeconds(facts, path, signal))),
      ),
    transcode: (path, facts, plan, folder, onProgress, signal = never()) =>
      pipe(
        found,
        TE.flatMap((engine) =>
          createTranscode(engine, run)({ path, facts, plan, folder, onProgress, signal }),
        ),
      ),
  }
}

/**
 * Checks the facts from an engine. With an impossible time, the file is refused; without this check, the
 * database would reject the time.
 */
const refuseImpossibleTimes = (probed: ProbedFile): E.Either<Refused, ProbedFile> =>
  pipe(
    ProbedFile.decode(probed),
    E.mapLeft(() => refused('the file states times that no recording can have')),
  )

const readUnencryptedMovie = (
  path: string,
  signal: AbortSignal,
): TE.TaskEither<Refused | Unavailable, Movie> =>
  pipe(
    readSource(async () => {
      const movie = await readMovie(path, signal)
      return { ...movie, isEncrypted: movie.isEncrypted || (await isEncryptedFile(path, signal)) }
    }),
    TE.filterOrElseW(
      ({ isEncrypted }) => !isEncrypted,
      () => refused('the file is encrypted (DRM), and Larder has no key: add the file without encryption'),
    ),
  )

/** Refuses a video with unsupported colours before it is encoded. */
const refuseUnsupportedColours = (facts: MediaFacts): E.Either<Refused, MediaFacts> =>
  facts.video === null
    ? E.right(facts)
    : pipe(
        videoColour(facts.video.colour, { width: facts.video.codedWidth, height: facts.video.codedHeight }),
        E.map(() => facts),
      )
/** Measures the peak of a variable frame rate, because demuxers often report only its mean. */
const withPeakRate = (
  found: TE.TaskEither<Unavailable, FoundEngine>,
  path: string,
  facts: MediaFacts,
  signal: AbortSignal,
): TE.TaskEither<Unavailable, MediaFacts> => {
  const { video } = facts
  if (video === null || !mayHaveVariableFrameRate(video)) return TE.right(facts)
  return pipe(
    found,
    TE.flatMap(({ engine }) => TE.fromTask(engine.peakFrameRate(path, video.index, signal))),
    TE.map((peak) => {
      const peakFrameRate = E.isRight(peak) && peak.right > 0 ? peak.right : null
      return { ...facts, video: { ...video, peakFrameRate } }
    }),
  )
}

/** Returns a signal that is never aborted. */
const never = (): AbortSignal => new AbortController().signal

/**
 * The MP4/QuickTime demuxer logs this message if the index (`moov`) is missing. The index may be at the end
 * of the file, so a truncated file may lack it.
 */
const NO_INDEX = /\bmoov atom not found\b/

const headOf = (path: string, signal: AbortSignal): Promise<Uint8Array> =>
  withSourceBytes(path, signal, ({ at }) => at(0, 4096))

/**
 * Returns the refusal for the owner of the file; `null` if the file is not at fault. `head`: the first bytes
 * of a file that could not be opened; `null` for a file that was opened, but whose contents could not be
 * decoded.
 */
const refusalFor = ({ reason, detail }: EngineFailure, head: Uint8Array | null): string | null => {
  switch (reason) {
    case 'input':
      if (head === null) return 'the file is damaged: its sound or film cannot be decoded'
      // If a file name ends with .mp4, FFmpeg assumes that the content is MP4. If it is not, FFmpeg also
      // reports a missing index. So the first bytes are checked as well.
      return NO_INDEX.test(detail) && startsLikeMp4(head)
        ? 'the file is cut off, or was never finished: its index (moov) is missing'
        : unreadableReason(head, formatInLog(detail))
    case 'crashed':
      return 'the file crashes its decoder'
    case 'time':
      return 'the file takes too long to decode'
    case 'size':
      return 'the encoded file becomes too large'
    case 'output':
      return 'the file makes its decoder print without end'
    case 'broken':
    case 'unexplained':
    case 'unsure':
    case 'aborted':
      return null
  }
}

/**
 * Wraps a search so that concurrent and later callers share its result. The result of a failed search is not
 * cached.
 */
const once = <L, A>(task: TE.TaskEither<L, A>): TE.TaskEither<L, A> => {
  let running: Promise<E.Either<L, A>> | null = null
  return async () => {
    running ??= task()
    let isFound = false
    try {
      const result = await running
      isFound = E.isRight(result)
      return result
    } finally {
      if (!isFound) running = null
    }
  }
}

import { dirname } from 'node:path'
import type { TE } from '../../fp.ts'
import type { SandboxFiles } from '../sandbox/own-root.ts'
import type { PacketSpan } from './packet-spans.ts'
import type { ProbedFile } from './probed-file.ts'
import type { requiredEncoders } from './process/decoder-limits.ts'

export type EngineFacts = {
  /** Name and version of the engine. */
  readonly name: string
  /** Supported codecs for which this engine has no decoder. */
  readonly missingDecoders: ReadonlyArray<string>
}

/** A file to encode. The file contains one track, as fragmented MP4, or as Matroska if the track is PCM. */
export type EncodeOutput = {
  /** Label of the output pad of the filter graph that feeds this file. */
  readonly label: string
  readonly encoder: (typeof requiredEncoders)[number]
  /** Options of the encoder, under FFmpeg's names. The options of the muxer are in `muxer`. */
  readonly options: Readonly<Record<string, string>>
  readonly muxer: Readonly<Record<string, string>>
  /** Whether to omit the first packet of the output, which the AAC encoder inserts before the first frame. */
  readonly dropsFirstPacket: boolean
  readonly file: string
}

export const containerOf = (encoder: EncodeOutput['encoder']): 'mp4' | 'matroska' =>
  encoder === 'pcm_f32le' ? 'matroska' : 'mp4'

/** A stream of the source, which is decoded once, and all outputs that are made from it. */
export type StreamJob = {
  readonly streamIndex: number
  /** Filters before `graph` that convert all frames to one format, even if the source changes its format. */
  readonly normalization: string
  /**
   * An FFmpeg filter graph. The graph has one input, which has no label, and an output for each label in
   * `outputs`.
   */
  readonly graph: string
  readonly outputs: ReadonlyArray<EncodeOutput>
}

/** The default of the program ffmpeg for `jumpSeconds`. */
export const DEFAULT_JUMP_SECONDS = 10

/** Describes one pass over a source: the streams that are decoded, and the files that are encoded. */
export type EncodeJob = {
  readonly path: string
  /**
   * In formats whose clock may jump (such as MPEG-TS), a step between two timestamps that is larger than this
   * (seconds) counts as a jump of the clock.
   */
  readonly jumpSeconds: number
  /** `true`: timestamps count from zero. `false`: they count from the earliest timestamp of the file. */
  readonly hasZeroBasedTimes: boolean
  /**
   * Indexes of streams that this pass reads but does not encode. The pass starts at the earliest timestamp of
   * all streams that it reads, so without these streams it might start too late.
   */
  readonly referenceStreams: ReadonlyArray<number>
  readonly video: StreamJob | null
  readonly audio: StreamJob | null
  /** Time limit of the pass, in seconds of wall time. */
  readonly wallSeconds: number
}

/** Result of a pass. */
export type EncodeResult = {
  /** Whether the file is shorter than its container states. */
  readonly isTruncated: boolean
  /**
   * Whether the engine logged errors. If so, parts of the file may be damaged, and missing from the
   * renditions.
   */
  readonly hasErrors: boolean
}

/** Matches the messages that the demuxers mov and matroska log about a truncated file, at level `error`. */
export const TRUNCATED_FILE_LOG_PATTERN = /\bpartial file$|\bFile ended prematurely\b/m

/**
 * Matches the message that FFmpeg logs if the format of a file is not in the list of accepted formats, at
 * level `error`.
 */
export const FORMAT_NOT_ACCEPTED_LOG_PATTERN = /\bFormat not on whitelist\b/

/**
 * Returns the name of the format that FFmpeg has recognised, from a log of level `debug`. Returns `null` if
 * the log has another level.
 */
export const formatInLog = (log: string): string | null =>
  /\bFormat (\S+) probed with size=/.exec(log)?.[1] ?? null

/**
 * For each of `outputs`, copies the tracks of its inputs into one MP4 with its index at the start (fast
 * start).
 */
export type RemuxJob = {
  readonly outputs: ReadonlyArray<{ readonly inputs: ReadonlyArray<string>; readonly file: string }>
  readonly wallSeconds: number
}

export const noSandboxFiles: SandboxFiles = { reads: [], writes: [] }

/** The files that the sandbox must make available to an engine for each operation. */
export const sandboxFilesOf = {
  probe: (path: string): SandboxFiles => ({ reads: [path], writes: [] }),
  encode: ({ path, video, audio }: EncodeJob): SandboxFiles => ({
    reads: [path],
    writes: [video, audio].flatMap((job) => job?.outputs ?? []).map(({ file }) => dirname(file)),
  }),
  remux: ({ outputs }: RemuxJob): SandboxFiles => ({
    reads: outputs.flatMap(({ inputs }) => inputs),
    writes: outputs.map(({ file }) => dirname(file)),
  }),
}

/**
 * Why an engine failed.
 * - `input`: it cannot read the file
 * - `crashed`: the file crashed it
 * - `time`, `size`: it exceeded a limit
 * - `output`: it printed too much
 * - `broken`: the machine is at fault and no file: it did not start, was told to end, or the disk is full
 * - `unexplained`: it was killed or sent no answer, perhaps because the file needs too much memory
 * - `unsure`: its message may mean a damaged file or a failing machine
 * - `aborted`: Larder stopped it
 */
export type EngineFailure = {
  readonly reason:
    | 'input'
    | 'unsure'
    | 'crashed'
    | 'time'
    | 'size'
    | 'output'
    | 'broken'
    | 'unexplained'
    | 'aborted'
  /** Description of the failure for the log. The text contains no path, because file names are private. */
  readonly detail: string
}

/**
 * Decodes and encodes media. Each call runs in a separate process with limits. That process ends when this
 * process ends.
 */
export type Engine = {
  /**
   * Returns facts about the engine. Fails if the engine does not run on this machine, or cannot encode H.264
   * and AAC.
   */
  readonly describe: TE.TaskEither<EngineFailure, EngineFacts>
  readonly probe: (path: string, signal: AbortSignal) => TE.TaskEither<EngineFailure, ProbedFile>
  /**
   * Returns the highest sustained frame rate of a stream (see createPeakFrameRateMeter); 0 if the rate is unknown.
   */
  readonly peakFrameRate: (
    path: string,
    streamIndex: number,
    signal: AbortSignal,
  ) => TE.TaskEither<EngineFailure, number>
  /**
   * Reads all packets of these streams without decoding them. The times in the result have the same start as
   * those of `encode`, if both use the same streams.
   */
  readonly packetSpans: (
    source: Pick<EncodeJob, 'path' | 'jumpSeconds'>,
    streamIndexes: ReadonlyArray<number>,
    signal: AbortSignal,
  ) => TE.TaskEither<EngineFailure, ReadonlyArray<PacketSpan>>
  /** Encodes. `onProgress` gets the number of seconds of media that are encoded so far. */
  readonly encode: (
    job: EncodeJob,
    onProgress: (seconds: number) => void,
    signal: AbortSignal,
  ) => TE.TaskEither<EngineFailure, EncodeResult>
  readonly remux: (job: RemuxJob, signal: AbortSignal) => TE.TaskEither<EngineFailure, void>
}

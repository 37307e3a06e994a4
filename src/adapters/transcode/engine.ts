import { dirname } from 'node:path'
import type { TE } from '../../fp.ts'
import type { SandboxFiles } from '../sandbox/own-root.ts'
import type { PacketSpan } from './packet-spans.ts'
import type { ProbedFile } from './probed-file.ts'
import type { requiredEncoders } from './process/limits.ts'

export type EngineFacts = {
  /** Name and version. */
  readonly name: string
  /** Supported codecs that this engine has no decoder for. */
  readonly missingDecoders: ReadonlyArray<string>
}

/** One file to encode, with one track: fragmented MP4, or Matroska for PCM. */
export type EncodeOutput = {
  /** Label of the filter graph's output pad that feeds this file. */
  readonly label: string
  readonly encoder: (typeof requiredEncoders)[number]
  /** Encoder and muxer options under FFmpeg's own names. */
  readonly options: Readonly<Record<string, string>>
  readonly muxer: Readonly<Record<string, string>>
  /** Whether to leave out the first packet: the encoder puts it in front of the first frame. */
  readonly dropsFirstPacket: boolean
  readonly file: string
}

export const containerOf = (encoder: EncodeOutput['encoder']): 'mp4' | 'matroska' =>
  encoder === 'pcm_f32le' ? 'matroska' : 'mp4'

/** One stream of the source, decoded once, and all of its outputs. */
export type StreamJob = {
  readonly streamIndex: number
  /** Filters before `graph` that convert every frame to one format, even if the source changes its format. */
  readonly steady: string
  /** An FFmpeg filter graph. Its outputs are labelled, its only input is not. */
  readonly graph: string
  readonly outputs: ReadonlyArray<EncodeOutput>
}

/** Default of the program ffmpeg. */
export const DEFAULT_JUMP_SECONDS = 10

/** One pass over a source. */
export type EncodeJob = {
  readonly path: string
  /** Seconds. A larger step between two timestamps is a discontinuity, in formats that can have them. */
  readonly jumpSeconds: number
  /** Whether timestamps count from the start of the media; otherwise the earliest timestamp is the start. */
  readonly isFromZero: boolean
  /** Other streams, which this pass does not encode: the earliest timestamp of all streams is the start. */
  readonly alongside: ReadonlyArray<number>
  readonly video: StreamJob | null
  readonly audio: StreamJob | null
  /** Time limit, in wall seconds. */
  readonly wallSeconds: number
}

export type EncodeResult = {
  /** The file is truncated: shorter than its container says. */
  readonly isTruncated: boolean
  /** The engine logged errors: some of the file may be damaged, and missing from what was encoded. */
  readonly hasErrors: boolean
}

/** What the demuxers mov and matroska log about a truncated file, at level `error`. */
export const TRUNCATED_FILE_LOG_PATTERN = /\bpartial file$|\bFile ended prematurely\b/m

/** What FFmpeg logs about a format that is not on the whitelist, at level `error`. */
export const FORMAT_NOT_ACCEPTED = /\bFormat not on whitelist\b/

/** Returns the name of the format that FFmpeg has recognised; `null` without its log at level `debug`. */
export const formatInLog = (log: string): string | null =>
  /\bFormat (\S+) probed with size=/.exec(log)?.[1] ?? null

/** For each of `outputs`, copies the tracks of its inputs into one fast-start MP4. */
export type RemuxJob = {
  readonly outputs: ReadonlyArray<{ readonly inputs: ReadonlyArray<string>; readonly file: string }>
  readonly wallSeconds: number
}

export const noSandboxFiles: SandboxFiles = { reads: [], writes: [] }

/** The files that an engine needs for each of its operations. */
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
 * `input`: the engine cannot read the file. `crashed`: the file crashed it. `time`, `size`: it exceeded a
 * limit. `broken`: it did not start, was killed, or the disk is full; a retry may succeed. `unsure`: its
 * message fits damaged files and a failing machine. `aborted`: Larder stopped it.
 */
export type EngineFailure = {
  readonly reason: 'input' | 'unsure' | 'crashed' | 'time' | 'size' | 'broken' | 'aborted'
  /** For the log. Contains no path. */
  readonly detail: string
}

/** Decodes and encodes. Each call runs in its own process, with limits, which ends when this process ends. */
export type Engine = {
  /** Fails if the engine does not run on this machine, or cannot encode H.264 and AAC. */
  readonly describe: TE.TaskEither<EngineFailure, EngineFacts>
  readonly probe: (path: string, signal: AbortSignal) => TE.TaskEither<EngineFailure, ProbedFile>
  /** Returns the highest sustained frame rate of a stream (see createPeakRateMeter); 0 if unknown. */
  readonly peakRate: (
    path: string,
    streamIndex: number,
    signal: AbortSignal,
  ) => TE.TaskEither<EngineFailure, number>
  /**
   * Reads all packets of these streams, and decodes none. Their times count from the start that `encode` has if it uses
   * the same streams. `jumpSeconds`: see EncodeJob.
   */
  readonly packetSpans: (
    source: Pick<EncodeJob, 'path' | 'jumpSeconds'>,
    streamIndexes: ReadonlyArray<number>,
    signal: AbortSignal,
  ) => TE.TaskEither<EngineFailure, ReadonlyArray<PacketSpan>>
  /** `onProgress` gets the seconds of media that are encoded. */
  readonly encode: (
    job: EncodeJob,
    onProgress: (seconds: number) => void,
    signal: AbortSignal,
  ) => TE.TaskEither<EngineFailure, EncodeResult>
  readonly remux: (job: RemuxJob, signal: AbortSignal) => TE.TaskEither<EngineFailure, void>
}

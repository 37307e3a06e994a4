import { dirname } from 'node:path'
import type { TE } from '../../fp.ts'
import type { Files } from '../sandbox/own-root.ts'
import type { ProbedFile } from './probed-file.ts'

export type EngineFacts = {
  /** Name and version. */
  readonly name: string
  /** Codecs that are taken and that this engine has no decoder for. */
  readonly notDecoded: ReadonlyArray<string>
}

/** One file to encode, with one track: mp4 in fragments, or Matroska for PCM. */
export type EncodeOutput = {
  /** Of the filter graph's pad that feeds it. */
  readonly label: string
  readonly encoder: 'libx264' | 'aac' | 'pcm_f32le'
  /** Encoder and muxer options under FFmpeg's own names. */
  readonly options: Readonly<Record<string, string>>
  readonly muxer: Readonly<Record<string, string>>
  readonly file: string
}

export const formatOf = (encoder: EncodeOutput['encoder']): 'mp4' | 'matroska' =>
  encoder === 'pcm_f32le' ? 'matroska' : 'mp4'

/** One stream of the source, decoded once, and all that is made of it. */
export type StreamJob = {
  readonly streamIndex: number
  /** Filters that bring every frame to one form, whatever form the source changes to. They go before `graph`. */
  readonly steady: string
  /** A filter graph in FFmpeg's language, without the label of its one input; its outputs are labelled. */
  readonly graph: string
  readonly outputs: ReadonlyArray<EncodeOutput>
}

/** One pass over a source. */
export type EncodeJob = {
  readonly path: string
  /** How far a time may be from the one before, in seconds, in a format that may begin a new clock at any time. */
  readonly jumpSeconds: number
  /** Whether its times count from the start of the film; otherwise the film starts with the first of them. */
  readonly isFromZero: boolean
  /** Streams that the film is made of and this pass is not: the first time of all of them is where it starts. */
  readonly alongside: ReadonlyArray<number>
  readonly video: StreamJob | null
  readonly audio: StreamJob | null
  /** Wall time before it is stopped. */
  readonly wallSeconds: number
}

/** `isCutOff`: the file ends before what its container says is in it. */
export type Encoded = { readonly isCutOff: boolean }

/** What demuxers (mov, matroska) say of such a file, at the level of errors. */
export const CUT_OFF = /\bpartial file$|\bFile ended prematurely\b/m

/** Brings the tracks of some files, as they are, into one fast-start mp4; and so for each of `outputs`. */
export type RemuxJob = {
  readonly outputs: ReadonlyArray<{ readonly inputs: ReadonlyArray<string>; readonly file: string }>
  readonly wallSeconds: number
}

export const noFiles: Files = { reads: [], writes: [] }

/** The files that an engine needs for what it is asked. */
export const filesOf = {
  probe: (path: string): Files => ({ reads: [path], writes: [] }),
  encode: ({ path, video, audio }: EncodeJob): Files => ({
    reads: [path],
    writes: [video, audio].flatMap((job) => job?.outputs ?? []).map(({ file }) => dirname(file)),
  }),
  remux: ({ outputs }: RemuxJob): Files => ({
    reads: outputs.flatMap(({ inputs }) => inputs),
    writes: outputs.map(({ file }) => dirname(file)),
  }),
}

/**
 * `input`: it looked at the file and could not make sense of it. `crashed`: it died of the file. `time`, `size`: it
 * went beyond its bounds. `broken`: it did not run, was killed by somebody else, or the disk is full; another try
 * may do. `unsure`: its words are said of damaged files and of a failing machine alike. `aborted`: we did it.
 */
export type EngineFailure = {
  readonly reason: 'input' | 'unsure' | 'crashed' | 'time' | 'size' | 'broken' | 'aborted'
  /** For the log: no path is in it. */
  readonly detail: string
}

/** What decodes and encodes: a process of its own for each call, bounded, that ends when this one does. */
export type Engine = {
  /** Fails when it does not run here, or cannot write H.264 and AAC. */
  readonly describe: TE.TaskEither<EngineFailure, EngineFacts>
  readonly probe: (path: string, signal: AbortSignal) => TE.TaskEither<EngineFailure, ProbedFile>
  /** How many pictures a second a stream has where they are densest; 0 where that cannot be said. */
  readonly peakRate: (
    path: string,
    streamIndex: number,
    signal: AbortSignal,
  ) => TE.TaskEither<EngineFailure, number>
  /** Seconds from the first packet of these streams to the end of the last; 0 where that cannot be said. */
  readonly timeSpan: (
    path: string,
    streamIndexes: ReadonlyArray<number>,
    signal: AbortSignal,
  ) => TE.TaskEither<EngineFailure, number>
  /** Tells how many seconds of media are done. */
  readonly encode: (
    job: EncodeJob,
    onProgress: (seconds: number) => void,
    signal: AbortSignal,
  ) => TE.TaskEither<EngineFailure, Encoded>
  readonly remux: (job: RemuxJob, signal: AbortSignal) => TE.TaskEither<EngineFailure, void>
}

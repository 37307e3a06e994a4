import type {
  ParsedFragment,
  ParsedProgressive,
  ParsedTrack,
  SourceStream,
} from '../domain/examiner/parsed-media.ts'
import type { MediaFacts, MediaPlan } from '../domain/ingest/plan/media-plan.ts'
import type { AudioFacts, Keyframe, VideoFacts } from '../domain/media/content-export.ts'
import type { Refused, Unavailable } from '../domain/shared/errors.ts'
import type { TE } from '../fp.ts'
import type { FileSlice } from './local-files.ts'

/** A media segment that the transcoder has written. */
export type TranscodedSegment = {
  readonly slice: FileSlice
  readonly durationTicks: number
  readonly keyframes: ReadonlyArray<Keyframe>
  /** The fragments of the segment, parsed from its bytes, for the examiner. */
  readonly fragments: ReadonlyArray<ParsedFragment>
}

/** A segmented rendition: CMAF with one track. */
export type Rendition = {
  /** Name of the planned rendition. */
  readonly name: string
  readonly video: VideoFacts | null
  readonly audio: AudioFacts | null
  /** Codec string (RFC 6381), read from the init segment. */
  readonly codec: string
  readonly timescale: number
  /** The track, parsed from the init segment, for the examiner. */
  readonly track: ParsedTrack
  readonly init: FileSlice
  /**
   * The media segments in order of playback. The examiner checks them by the rules of docs/hls.md
   * (examineContentFile).
   */
  readonly parts: ReadonlyArray<TranscodedSegment>
}

/** A fast-start MP4 of a video rendition and the best audio rendition, or of an audio rendition only. */
export type ProgressiveFile = {
  readonly renditions: ReadonlyArray<string>
  readonly file: FileSlice
  /** Facts that were parsed from the bytes of the file, for the examiner. */
  readonly parsed: ParsedProgressive
}

export type TranscodeResult = {
  readonly renditions: ReadonlyArray<Rendition>
  readonly progressive: ReadonlyArray<ProgressiveFile>
  /** Language of the audio stream that was encoded (RFC 5646, lower case); `null` for none, or if it is unknown. */
  readonly audioLanguage: string | null
  /** Duration in seconds of the part of the source that could be decoded; `null` if unknown. */
  readonly sourceSeconds: number | null
  /**
   * Streams of the source whose packets were measured. Empty for a damaged file, whose packets are not
   * measured.
   */
  readonly sourceStreams: ReadonlyArray<SourceStream>
  /** Messages for the user, such as `no sound: the audio track (mp3) could not be decoded`. */
  readonly warnings: ReadonlyArray<string>
}

/**
 * Isolation of the processes that decode. The isolation is effective even if a hostile file takes control of
 * the decoder.
 */
export type Isolation = {
  /** The process has no network, not even to services on this machine. */
  readonly withoutNetwork: boolean
  /** The process cannot gain privileges (`no_new_privs`). */
  readonly withoutNewPrivileges: boolean
  /**
   * The process sees only the files of its job and the programs of the system: no key and no socket of the
   * library. The process can neither see nor signal other processes.
   */
  readonly withoutLibrary: boolean
}

/**
 * Makes renditions of audio and video files by a plan. Hostile input fails with `Refused` and harms nothing
 * else:
 * - Demuxers, decoders and encoders run in separate processes, bounded in time, memory and disk.
 * - The calling process reads headers of the source, and of the files that these processes wrote. Each read
 *   is asynchronous. The work for a file is proportional to its bytes, and bounded in time and in the number
 * of parts.
 *
 * If the signal is aborted, the task ends its processes, removes their files, and then fails with
 * `Unavailable`.
 */
export type Transcoder = {
  /** Returns name and version of the engine. Fails with `Unavailable` if this machine has no engine. */
  readonly describe: TE.TaskEither<Unavailable, string>
  /**
   * Lists features that this engine lacks and another engine may have, one per line. Fails with `Unavailable`
   * if there is no engine.
   */
  readonly differences: TE.TaskEither<Unavailable, ReadonlyArray<string>>
  /** Returns how the processes of the transcoder, and those of the image processor, are isolated. */
  readonly isolation: TE.TaskEither<never, Isolation>
  /**
   * Returns facts about the file. Fails with `Refused` for a file without audio or video that can be decoded.
   */
  readonly probe: (path: string, signal?: AbortSignal) => TE.TaskEither<Refused | Unavailable, MediaFacts>
  /** Makes the renditions. Writes only to `folder`. Fails with `Refused` if the source is truncated. */
  readonly transcode: (
    path: string,
    facts: MediaFacts,
    plan: MediaPlan,
    folder: string,
    onProgress: (fraction: number) => void,
    signal?: AbortSignal,
  ) => TE.TaskEither<Refused | Unavailable, TranscodeResult>
}

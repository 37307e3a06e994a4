import type { FragmentReading, ProgressiveReading, TrackReading } from '../domain/examiner/readings.ts'
import type { AudioFacts, Keyframe, VideoFacts } from '../domain/export/content-export.ts'
import type { MediaFacts, MediaPlan } from '../domain/ingest/media-plan.ts'
import type { Refused, Unavailable } from '../domain/shared/errors.ts'
import type { TE } from '../fp.ts'
import type { FileSlice } from './local-files.ts'

/** A part as it was cut. */
export type TranscodedPart = {
  readonly slice: FileSlice
  readonly durationTicks: number
  readonly keyframes: ReadonlyArray<Keyframe>
  /** What was read in its bytes, for the examiner. */
  readonly fragments: ReadonlyArray<FragmentReading>
}

/** One rendition, cut into parts: CMAF, one track. */
export type Rendition = {
  /** Of the rung that asked for it. */
  readonly name: string
  readonly video: VideoFacts | null
  readonly audio: AudioFacts | null
  /** RFC 6381, read from the init segment. */
  readonly codec: string
  readonly timescale: number
  /** What was read in its init segment, for the examiner. */
  readonly track: TrackReading
  readonly init: FileSlice
  /** In order. Whether they keep what docs/hls.md promises is for the examiner to say (examineFilm). */
  readonly parts: ReadonlyArray<TranscodedPart>
}

/** A fast-start mp4 made of a video rendition and the best audio rendition, or of an audio one alone. */
export type Progressive = {
  readonly renditions: ReadonlyArray<string>
  readonly file: FileSlice
  /** What was read in its bytes, for the examiner. */
  readonly reading: ProgressiveReading
}

export type Transcoded = {
  readonly renditions: ReadonlyArray<Rendition>
  readonly progressive: ReadonlyArray<Progressive>
  /** How much of the source could be decoded, in seconds; `null` where that could not be told. */
  readonly sourceSeconds: number | null
  /** What a person should know of it: `no sound: the audio track (mp3) could not be decoded`. */
  readonly warnings: ReadonlyArray<string>
}

/** What a decoder that was taken over by a hostile file cannot do. */
export type Isolation = {
  /** It reaches no network, not even this machine's own services. */
  readonly withoutNetwork: boolean
  /** It gains no right that it did not begin with (`no_new_privs`). */
  readonly withoutNewPrivileges: boolean
  /**
   * Of all files it has those of its job and the programs of the system: it reaches no key and no socket of the
   * library, and neither sees nor signals a process of this machine.
   */
  readonly withoutLibrary: boolean
}

/**
 * Makes renditions of sound and film: a plan in, files out. The work runs in processes of its own, bounded in
 * time, memory and disk: hostile input is `Refused`, and takes nothing else down. An aborted signal ends the work: its
 * processes are gone, and with them what they wrote, when the task ends with `Unavailable`.
 */
export type Transcoder = {
  /** Name and version of the engine; `Unavailable` when there is none on this machine. */
  readonly describe: TE.TaskEither<Unavailable, string>
  /** What this engine cannot do and another one may, a line each; `Unavailable` when there is none. */
  readonly differences: TE.TaskEither<Unavailable, ReadonlyArray<string>>
  /** How its processes, and those that decode pictures, are kept apart from this machine. */
  readonly isolation: TE.TaskEither<never, Isolation>
  /** `Refused` for what has neither sound nor moving pictures that can be decoded. */
  readonly probe: (path: string, signal?: AbortSignal) => TE.TaskEither<Refused | Unavailable, MediaFacts>
  /** One pass over the source; the files are in `folder` and nowhere else. `Refused` when the source breaks off. */
  readonly transcode: (
    path: string,
    facts: MediaFacts,
    plan: MediaPlan,
    folder: string,
    onProgress: (fraction: number) => void,
    signal?: AbortSignal,
  ) => TE.TaskEither<Refused | Unavailable, Transcoded>
}

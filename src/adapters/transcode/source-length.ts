import type { SourceStream } from '../../domain/examiner/parsed-media.ts'
import type { MediaFacts } from '../../domain/ingest/plan/media-plan.ts'
import { E } from '../../fp.ts'
import { PADDED_SAMPLES } from './audio-recipe.ts'
import type { EncodeJob, Engine } from './engine.ts'
import { latenessAtEnd } from './isobmff/lateness.ts'
import { type SegmentedRendition, segmentedSeconds } from './isobmff/segmented-rendition.ts'
import { maxUnlessUnknown } from './max-unless-unknown.ts'
import type { RecipeOptions } from './recipe-options.ts'

/** Seconds for which the last frame is repeated, and seconds of silence after the audio. */
export type PaddingSeconds = Pick<RecipeOptions, 'lastFrameSeconds' | 'appendedSilenceSeconds'>

export const NO_PADDING: PaddingSeconds = { lastFrameSeconds: 0, appendedSilenceSeconds: 0 }

/**
 * How many seconds of each source stream were encoded, without the padding. `null`: the number is unknown,
 * or there is no such stream.
 */
export type EncodedSeconds = { readonly video: number | null; readonly audio: number | null }

type Renditions = ReadonlyArray<SegmentedRendition>

const isVideo = ({ video }: SegmentedRendition): boolean => video !== null
const isAudio = ({ video }: SegmentedRendition): boolean => video === null

/**
 * Returns how many seconds of each source stream were encoded. For audio with unequal frames the number is
 * unknown, because the durations of such frames may include gaps, or be wrong.
 */
export const encodedSecondsOf = (
  renditions: Renditions,
  { lastFrameSeconds, appendedSilenceSeconds }: PaddingSeconds,
): EncodedSeconds => ({
  video: maxUnlessUnknown(renditions.filter(isVideo).map((one) => segmentedSeconds(one) - lastFrameSeconds)),
  audio: maxUnlessUnknown(
    renditions
      .filter(isAudio)
      .map((one) => (one.hasEqualFrames ? segmentedSeconds(one) - appendedSilenceSeconds : null)),
  ),
})

/**
 * Measures the video again after a pass over the video alone. This measurement is more exact than that of
 * the first pass, in which the last frame was repeated for the time in the header, rounded to whole frames.
 */
export const remeasureVideo = (
  { audio }: EncodedSeconds,
  renditions: Renditions,
  added: PaddingSeconds,
): EncodedSeconds => ({ audio, video: encodedSecondsOf(renditions, added).video })

/**
 * Limits the length of the audio to `padded`, its length after a pass that padded it to the length of the
 * video. The result of the first pass may be a frame too long, because that pass rounded up the sum of audio
 * and silence to whole frames.
 */
export const remeasurePaddedAudio = ({ video, audio }: EncodedSeconds, padded: number): EncodedSeconds => ({
  video,
  audio: audio === null ? null : Math.min(audio, padded),
})

/** Returns how many seconds of the longest source stream were encoded; `null` if the number is unknown. */
export const longestEncoded = (renditions: Renditions, { video, audio }: EncodedSeconds): number | null =>
  maxUnlessUnknown([
    ...(renditions.some(isVideo) ? [video] : []),
    ...(renditions.some(isAudio) ? [audio] : []),
  ])

type MeasuredSource = Pick<EncodeJob, 'path' | 'jumpSeconds'> & { readonly facts: MediaFacts }

/**
 * Measures the packets of the encoded streams. Without this measurement it would not be noticed that an
 * engine has lost the end of a stream, because the renditions do not contain that end. Returns an empty list
 * if the packets cannot be read.
 */
export const measureSourceStreams = async (
  engine: Engine,
  { path, jumpSeconds, facts }: MeasuredSource,
  renditions: Renditions,
  { video, audio }: EncodedSeconds,
  signal: AbortSignal,
): Promise<ReadonlyArray<SourceStream>> => {
  const indexes = [facts.video, facts.audio].flatMap((stream) => (stream === null ? [] : [stream.index]))
  const measured = await engine.packetSpans({ path, jumpSeconds }, indexes, signal)()
  if (E.isLeft(measured)) return []
  const spanOf = (stream: { readonly index: number } | null) =>
    measured.right.find(({ streamIndex }) => streamIndex === stream?.index)
  const [videoSpan, audioSpan] = [spanOf(facts.video), spanOf(facts.audio)]
  const sound = renditions.find(isAudio)
  const streams: SourceStream[] = []
  if (facts.video !== null && videoSpan !== undefined && video !== null)
    streams.push({
      kind: 'video',
      packetSeconds: videoSpan.endSeconds - latenessAtEnd(facts.video.late),
      lastPacketSeconds: videoSpan.lastPacketSeconds,
      encodedSeconds: video,
    })
  if (sound !== undefined && audioSpan !== undefined && audio !== null) {
    // Audio without video begins with its first sample. Encoded audio is never shorter than PADDED_SAMPLES.
    const start = facts.video === null ? Math.max(0, audioSpan.startSeconds) : 0
    streams.push({
      kind: 'audio',
      packetSeconds: Math.max(PADDED_SAMPLES / sound.timescale, audioSpan.endSeconds - start),
      lastPacketSeconds: audioSpan.lastPacketSeconds,
      encodedSeconds: audio,
    })
  }
  return streams
}

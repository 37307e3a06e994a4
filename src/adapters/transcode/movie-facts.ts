import { withContainerTags } from '../../domain/colour/video-colour.ts'
import type { MediaFacts } from '../../domain/ingest/plan/media-plan.ts'
import { latenessAtEnd, latenessAtStart } from './isobmff/lateness.ts'
import type { Movie } from './isobmff/movie-tracks.ts'
import type { ProbedFile, ProbedStream } from './probed-file.ts'

/**
 * Corrects the facts that engines report about an MP4 or QuickTime file, from its boxes: colours, delays of
 * frames, and ends.
 */
export const withMovieFacts = (probed: ProbedFile, { tracks }: Movie): ProbedFile => {
  const correct = (stream: ProbedStream): ProbedStream => {
    const track = stream.kind !== 'subtitles' && stream.id !== null ? tracks.get(stream.id) : undefined
    if (stream.kind === 'subtitles' || track === undefined) return stream
    if (stream.kind === 'audio') return { ...stream, endSeconds: stream.endSeconds ?? track.endSeconds }
    const colour = track.colour === null ? stream.colour : withContainerTags(stream.colour, track.colour)
    // A demuxer reports the start of a stream with the delay of its first frame, so this delay is subtracted.
    const lateAtStart = latenessAtStart(track.late)
    const startSeconds = (stream.startSeconds ?? 0) - lateAtStart
    const late = track.late.map(({ fromSeconds, seconds }) => ({
      fromSeconds: fromSeconds === 0 ? 0 : startSeconds + fromSeconds,
      seconds,
    }))
    const shown = track.lastFrame
    const endSeconds =
      shown !== null
        ? startSeconds + shown.toSeconds
        : stream.endSeconds === null
          ? track.endSeconds
          : Math.max(0, stream.endSeconds - lateAtStart)
    const reportedStart = startSeconds + latenessAtEnd(track.late)
    const lastFrame = shown && {
      fromSeconds: reportedStart + shown.fromSeconds,
      toSeconds: reportedStart + shown.toSeconds,
    }
    return { ...stream, colour, late, lastFrame, startSeconds, endSeconds }
  }
  return { ...probed, streams: probed.streams.map(correct) }
}

/** Warns if the facts of a movie are unknown, because then the engine's facts are used without correction. */
export const withTooManyBoxesWarning = (facts: MediaFacts, { hasTooManyBoxes }: Movie): MediaFacts =>
  hasTooManyBoxes ? { ...facts, warnings: [TOO_MANY_BOXES, ...facts.warnings] } : facts

const TOO_MANY_BOXES =
  'the file has too many parts, so Larder did not check its colours, its length and the times of its frames'

import type { Edit } from './edit-list.ts'
import type { ShownSamples } from './shown-samples.ts'

/** When the last frame of a track is shown, in seconds after the first frame of the track. */
export type LastFrame = { readonly fromSeconds: number; readonly toSeconds: number }

/**
 * Minimum ratio of the longest to the shortest distance between decoding times in a track with a variable
 * frame rate. Where the rate is constant, rounding to ticks makes the distances differ by less.
 */
const VARIABLE_RATIO = 1.5

/**
 * Returns when the last frame of a track is shown; `null` if engines agree on it, or if the file does not
 * tell. Engines take the duration of a frame from its packet. If frames are reordered, that duration is the
 * distance to the next decoding time in some releases of libavformat (8.1), and a guess from the frame rate
 * in others (5.1). Neither says for how long the last frame is shown. The end of the edit list does. Without
 * one, the sample that is last in decoding order does: no decoding time follows it, so muxers store the
 * duration of a frame.
 *
 * `edit`: the only edit with media; `null` if the track has no edit list.
 */
export const lastFrameOf = (
  { firstTicks, lastTicks, shortestTicks, longestTicks, lastDecodedTicks }: ShownSamples,
  edit: Edit | null,
  timescale: number,
): LastFrame | null => {
  if (longestTicks < VARIABLE_RATIO * shortestTicks) return null
  const stated = edit === null || edit.endTicks === null ? lastDecodedTicks : edit.endTicks - lastTicks
  // Engines drop frames after the end of the edit list, so another frame is the last one.
  if (stated <= 0) return null
  // An end that is later than any frame lasts is wrong, or includes other tracks.
  const ticks = stated > longestTicks + ROUNDING_SECONDS * timescale ? lastDecodedTicks : stated
  const fromSeconds = (lastTicks - firstTicks) / timescale
  return { fromSeconds, toSeconds: fromSeconds + ticks / timescale }
}

/** Edit lists count in ticks of the movie, usually milliseconds. */
const ROUNDING_SECONDS = 0.002

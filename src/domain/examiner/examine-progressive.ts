import type { NewContentExport } from '../media/content-export.ts'
import { isVideoRendition, longestSampleSeconds, ROUNDING_SECONDS } from './examine-lengths.ts'
import { examinePublished } from './examine-published.ts'
import {
  fragmentsOf,
  type ParsedFragment,
  type ParsedProgressive,
  type ParsedRendition,
  parsedSeconds,
} from './parsed-media.ts'
import { type Violation, violation } from './violation.ts'

/** A parsed progressive MP4, and the renditions that it contains. */
export type ExaminedProgressive = {
  readonly parsed: ParsedProgressive
  readonly renditions: ReadonlyArray<ParsedRendition>
}

const nameOf = ({ renditions }: ExaminedProgressive): string =>
  `the mp4 of ${renditions.map(({ name }) => name).join(' and ')}`

/** Checks that the MP4 contains its renditions completely, and can be played while it is downloaded. */
export const examineProgressive = (examined: ExaminedProgressive): ReadonlyArray<Violation> => {
  const { parsed, renditions } = examined
  const name = nameOf(examined)
  if (parsed.tracks.length !== renditions.length || renditions.length === 0)
    return [violation('complete', `${name}: it has ${parsed.tracks.length} tracks of ${renditions.length}`)]
  const found: Violation[] = []
  if (!parsed.isFastStart)
    found.push(violation('fast-start', `${name}: its index (moov) is behind its media data`))
  for (const [i, track] of parsed.tracks.entries()) {
    const rendition = renditions[i]
    if (rendition === undefined) break
    const fragments = fragmentsOf(rendition)
    const samples = fragments.reduce((sum, fragment) => sum + fragment.samples, 0)
    if (track.codec !== rendition.track.codec)
      found.push(
        violation('codec-string', `${name}: a track is ${track.codec} in place of ${rendition.track.codec}`),
      )
    if (track.samples !== samples)
      found.push(violation('complete', `${name}: a track has ${track.samples} samples of ${samples}`))
    if (!track.isUpright)
      found.push(violation('upright', `${name}: a track header turns, mirrors or stretches what is shown`))
    if (isVideoRendition(rendition) && !hasKeyframes(track.keyframes, fragments))
      found.push(
        violation(
          'keyframes',
          `${name}: it marks other frames as keyframes than those that begin the GOPs of ${rendition.name}`,
        ),
      )
    if (!isVideoRendition(rendition) && track.keyframes !== null)
      found.push(
        violation('keyframes', `${name}: it marks only some samples of ${rendition.name} as keyframes`),
      )
    const missing = parsedSeconds(rendition) - track.seconds
    // The tolerance must exceed the duration of a frame a little: at 50 frames per second a frame lasts 0.02
    // s, and a sum of such numbers has a floating-point error.
    const tolerance = longestSampleSeconds([rendition]) + ROUNDING_SECONDS
    const from = track.shownFromSeconds
    if (
      Math.abs(from) > ROUNDING_SECONDS ||
      Math.abs(parsedSeconds(rendition) - track.shownSeconds) > tolerance
    )
      found.push(
        violation(
          'shown-in-time',
          `${name}: a track is shown from ${from.toFixed(3)} s for ${track.shownSeconds.toFixed(3)} s, in place of all of ${rendition.name} from 0`,
        ),
      )
    if (Math.abs(missing) > tolerance)
      found.push(
        violation(
          'equal-length',
          `${name}: a track lasts ${Math.abs(missing).toFixed(3)} s ${missing > 0 ? 'less' : 'more'} than ${rendition.name}`,
        ),
      )
  }
  return found
}

/**
 * Returns whether the keyframes are the first samples of the fragments. If `keyframes` is `null`, all samples
 * are keyframes.
 */
const hasKeyframes = (
  keyframes: ReadonlyArray<number> | null,
  fragments: ReadonlyArray<ParsedFragment>,
): boolean => {
  if (keyframes === null) return fragments.every(({ samples }) => samples === 1)
  let next = 1
  const expected = fragments.map(({ samples }) => {
    const first = next
    next += samples
    return first
  })
  return keyframes.join() === expected.join()
}

/** Compares the facts that playlists will declare about an MP4 with recomputed values. */
export const examineProgressiveExport = (
  examined: ExaminedProgressive,
  stored: NewContentExport,
  peakBitsPerSecond: (rendition: ParsedRendition) => number,
): ReadonlyArray<Violation> => {
  const { parsed, renditions } = examined
  const name = nameOf(examined)
  const seconds = Math.max(...renditions.map(parsedSeconds))
  const mean = Math.ceil((8 * parsed.bytes) / seconds)
  const peak = Math.max(
    mean,
    renditions.reduce((sum, rendition) => sum + peakBitsPerSecond(rendition), 0),
  )
  const timescale = renditions[0]?.track.timescale ?? 1
  const whole = {
    role: 'media',
    position: 0,
    durationTicks: Math.round(seconds * timescale),
    timescale,
  } as const
  const parts = [{ ...whole, bytes: parsed.bytes, keyframes: [] }]
  const found: Violation[] = []
  if (stored.targetDuration !== null)
    found.push(violation('durations', `${name}: it would have a target duration, and has no parts`))
  if (stored.iFrames !== null)
    found.push(violation('rates', `${name}: it would have rates of keyframes, which have no list`))
  if (Math.abs(stored.bandwidth - peak) > renditions.length || Math.abs(stored.averageBandwidth - mean) > 1)
    found.push(
      violation(
        'rates',
        `${name}: its rates would be ${stored.bandwidth} and ${stored.averageBandwidth}, and are ${peak} and ${mean} bit/s`,
      ),
    )
  return [...examinePublished(name, stored, { format: 'mp4', parsed: renditions, parts }), ...found]
}

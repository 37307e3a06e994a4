import type { FileSlice } from '../../ports/local-files.ts'
import type { Rendition } from '../../ports/transcoder.ts'
import { everyPartHasKeyframes, type KeyframeBitrates } from '../media/content-export.ts'
import { totalTicks } from '../media/total-ticks.ts'
import { type Bitrates, measureBitrates, targetDurationOf } from './plan/bitrates.ts'
import type { MediaPlan } from './plan/media-plan.ts'

const lengthOf = ({ start, end }: FileSlice): number => end - start

/** Returns the duration in seconds. */
export const renditionSeconds = ({ parts, timescale }: Pick<Rendition, 'parts' | 'timescale'>): number =>
  totalTicks(parts) / timescale

/**
 * Returns the target duration in seconds. All renditions of a file have the same, because players switch
 * between them.
 */
export const sharedTargetDuration = (renditions: ReadonlyArray<Rendition>): number =>
  targetDurationOf(
    renditions.flatMap(({ parts, timescale }) => parts.map(({ durationTicks }) => durationTicks / timescale)),
  )

export const renditionBitrates = ({ parts, timescale }: Rendition, targetDuration: number): Bitrates =>
  measureBitrates(
    parts.map(({ slice, durationTicks }) => ({ bytes: lengthOf(slice), durationTicks })),
    timescale,
    targetDuration,
  )

/** Returns the bit rates of the keyframes alone (for I-frame playlists); `null` for audio. */
export const renditionKeyframeBitrates = (
  { parts, timescale }: Rendition,
  targetDuration: number,
): KeyframeBitrates | null => {
  if (!everyPartHasKeyframes(parts)) return null
  const keyframesAlone = parts.flatMap(({ keyframes }) =>
    keyframes.map(({ length, durationTicks }) => ({ bytes: length, durationTicks })),
  )
  const { peak, average } = measureBitrates(keyframesAlone, timescale, targetDuration)
  return { bandwidth: peak, averageBandwidth: average }
}

/** Returns the encoder settings of a rendition, as information for people. */
export const encoderSettingsOf = (
  { name, video }: Rendition,
  plan: MediaPlan,
): Readonly<Record<string, number>> => {
  if (video !== null) return { crf: plan.crf }
  const rung = plan.audio.find((audio) => audio.name === name)
  return rung === undefined ? {} : { audio_kilobits: rung.kilobits }
}

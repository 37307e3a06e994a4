import type { FileSlice } from '../../ports/local-files.ts'
import type { Rendition } from '../../ports/transcoder.ts'
import { areKeyed, type IFrameRates } from '../media/content-export.ts'
import { type Bitrates, measureBitrates, targetDurationOf } from './plan/bitrates.ts'
import type { MediaPlan } from './plan/media-plan.ts'

const lengthOf = ({ start, end }: FileSlice): number => end - start

/** Seconds, exact but for the division. */
export const durationOf = ({ parts, timescale }: Rendition): number =>
  parts.reduce((sum, { durationTicks }) => sum + durationTicks, 0) / timescale

/** One for all renditions of a file, as players want it that switch between them. */
export const sharedTargetDuration = (renditions: ReadonlyArray<Rendition>): number =>
  targetDurationOf(
    renditions.flatMap(({ parts, timescale }) => parts.map(({ durationTicks }) => durationTicks / timescale)),
  )

export const ratesOf = ({ parts, timescale }: Rendition, targetDuration: number): Bitrates =>
  measureBitrates(
    parts.map(({ slice, durationTicks }) => ({ bytes: lengthOf(slice), durationTicks })),
    timescale,
    targetDuration,
  )

/** What its key pictures take by themselves; `null` for sound. */
export const iFrameRatesOf = (
  { parts, timescale }: Rendition,
  targetDuration: number,
): IFrameRates | null => {
  if (!areKeyed(parts)) return null
  const pictures = parts.flatMap(({ keyframes }) =>
    keyframes.map(({ length, durationTicks }) => ({ bytes: length, durationTicks })),
  )
  const { peak, average } = measureBitrates(pictures, timescale, targetDuration)
  return { bandwidth: peak, averageBandwidth: average }
}

/** How it was encoded, for people. */
export const qualityOf = ({ name, video }: Rendition, plan: MediaPlan): Readonly<Record<string, number>> => {
  if (video !== null) return { crf: plan.crf }
  const rung = plan.audio.find((audio) => audio.name === name)
  return rung === undefined ? {} : { audio_kilobits: rung.kilobits }
}

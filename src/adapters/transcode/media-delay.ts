import type { MediaPlan, VideoSource } from '../../domain/ingest/plan/media-plan.ts'
import { latenessAtStart } from './isobmff/lateness.ts'

/**
 * Returns the seconds by which the media is delayed, so that its first frame is on the time grid of the
 * planned frame rate. The fps filter moves all frames to this grid. Without this delay, audio would be out of
 * sync by up to half a frame.
 */
export const delayOf = (video: VideoSource | null, { frameRate: { num, den } }: MediaPlan): number => {
  const start = video?.startSeconds ?? 0
  // The start may be negative: the engine may report this video later than it starts, and its times may
  // count from the start of another stream.
  const delay = (Math.max(0, Math.round((start * num) / den)) * den) / num - start
  return Math.abs(delay) < 0.001 ? 0 : delay
}

export const delayFilters = (filter: 'setpts' | 'asetpts', delay: number): ReadonlyArray<string> =>
  delay === 0 ? [] : [`${filter}=PTS+(${delay.toFixed(6)})/TB`]

/**
 * Returns the filter that corrects the delays with which the engine reports frames (`late` of VideoSource).
 */
export const videoDelay = ({ late }: VideoSource, delay: number): ReadonlyArray<string> => {
  const constant = delay - latenessAtStart(late)
  const steps = late.filter(({ fromSeconds }) => fromSeconds !== 0)
  if (steps.length === 0) return delayFilters('setpts', constant)
  const later = steps.map(
    ({ fromSeconds, seconds }) => `${seconds.toFixed(6)}*gte(T\\,${fromSeconds.toFixed(6)})`,
  )
  return [`setpts=PTS+(${[constant.toFixed(6), ...later].join('-')})/TB`]
}

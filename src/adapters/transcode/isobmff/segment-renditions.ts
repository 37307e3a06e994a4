import { join } from 'node:path'
import type { AudioRung, MediaPlan, VideoRung } from '../../../domain/ingest/plan/media-plan.ts'
import type { Rendition } from '../../../ports/transcoder.ts'
import type { SegmentedRendition } from './segmented-rendition.ts'
import {
  type SegmentBoundaries,
  type SegmentedTrack,
  segmentStartSeconds,
  segmentTrack,
} from './segmenter.ts'

/** Returns the boundaries of video segments. The first segment has the length of one GOP. */
export const segmentBoundaries = ({ gop, frameRate, partSeconds: step }: MediaPlan): SegmentBoundaries => ({
  seconds: [Math.min((gop * frameRate.den) / frameRate.num, step)],
  step,
})

/**
 * Segments the encoded file of each rung. Video has segments of equal length after a short first one. Audio
 * has its boundaries at the same times. The first segment is short, because players show nothing before it
 * has arrived completely.
 */
export const segmentRenditions = async (
  plan: MediaPlan,
  folder: string,
): Promise<ReadonlyArray<SegmentedRendition>> => {
  const { frameRate } = plan
  const even = segmentBoundaries(plan)
  const fileOf = ({ name }: VideoRung | AudioRung) => join(folder, `${name}.mp4`)

  const videos = await Promise.all(
    plan.video.map(async (rung) => {
      const segmented = await segmentTrack(fileOf(rung), even)
      const { width, height } = segmented.track.video ?? rung
      const video = { width, height, frameRate }
      return { segmented, rendition: toRendition(rung.name, segmented, { video, audio: null }) }
    }),
  )
  // The last video segment may be longer than the others. Audio gets no additional segment then.
  const [first] = videos.map(({ segmented }) => segmentStartSeconds(segmented))
  const edges = first === undefined ? even : { seconds: first.slice(1), step: Infinity }
  const audios = await Promise.all(
    plan.audio.map(async (rung) => {
      const { channels, sampleRate } = rung
      const segmented = await segmentTrack(fileOf(rung), edges)
      return toRendition(rung.name, segmented, { video: null, audio: { channels, sampleRate } })
    }),
  )
  return [...videos.map(({ rendition }) => rendition), ...audios]
}

const toRendition = (
  name: string,
  { track, init, parts, hasEqualFrames }: SegmentedTrack,
  facts: Pick<Rendition, 'video' | 'audio'>,
): SegmentedRendition => ({
  name,
  ...facts,
  codec: track.codec,
  timescale: track.timescale,
  track: {
    codec: track.codec,
    timescale: track.timescale,
    isUpright: track.isUpright,
    hasEditList: track.hasEditList,
    video: track.video,
    audio: track.audio,
  },
  init,
  parts,
  hasEqualFrames,
})

import { AAC_FRAME_SAMPLES } from '../../../domain/media/aac.ts'
import { totalTicks } from '../../../domain/media/total-ticks.ts'
import type { Rendition } from '../../../ports/transcoder.ts'
import type { Segment } from './segmenter.ts'

export type SegmentedRendition = Omit<Rendition, 'parts'> & {
  readonly parts: ReadonlyArray<Segment>
  /** Whether all frames have the same duration (see SegmentedTrack.hasEqualFrames). */
  readonly hasEqualFrames: boolean
}

export const renditionTicks = ({ parts }: SegmentedRendition): number => totalTicks(parts)

export const segmentedSeconds = (rendition: SegmentedRendition): number =>
  renditionTicks(rendition) / rendition.timescale

/**
 * Returns the duration of the longest frame, video or audio. Renditions count as equally long if their
 * lengths differ by no more than this.
 */
export const longestFrameSeconds = (renditions: ReadonlyArray<SegmentedRendition>): number =>
  Math.max(
    ...renditions.map(({ video, timescale }) =>
      video === null ? AAC_FRAME_SAMPLES / timescale : video.frameRate.den / video.frameRate.num,
    ),
  )

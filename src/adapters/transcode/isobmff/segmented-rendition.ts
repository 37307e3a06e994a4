import { AAC_FRAME_SAMPLES } from '../../../domain/media/aac.ts'
import { totalTicks } from '../../../domain/media/total-ticks.ts'
import type { Rendition } from '../../../ports/transcoder.ts'
import type { Segment } from './segmenter.ts'

export type SegmentedRendition = Omit<Rendition, 'parts'> & {
  readonly parts: ReadonlyArray<Segment>
  /** See SegmentedTrack.hasEqualFrames. */
  readonly hasEqualFrames: boolean
}

export const renditionTicks = ({ parts }: SegmentedRendition): number => totalTicks(parts)

export const segmentedSeconds = (rendition: SegmentedRendition): number =>
  renditionTicks(rendition) / rendition.timescale

/**
 * Returns the duration of the longest frame, video or audio. Renditions count as equally long if they do not
 * differ by more.
 */
export const longestFrameSeconds = (renditions: ReadonlyArray<SegmentedRendition>): number =>
  Math.max(
    ...renditions.map(({ video, timescale }) =>
      video === null ? AAC_FRAME_SAMPLES / timescale : video.frameRate.den / video.frameRate.num,
    ),
  )

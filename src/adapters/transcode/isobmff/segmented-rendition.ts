import { AAC_TICKS } from '../../../domain/examiner/examine-time.ts'
import type { Rendition } from '../../../ports/transcoder.ts'
import type { Segment } from './segmenter.ts'

export type SegmentedRendition = Omit<Rendition, 'parts'> & {
  readonly parts: ReadonlyArray<Segment>
  /** See SegmentedTrack.isEven. */
  readonly isEven: boolean
}

export const renditionTicks = ({ parts }: SegmentedRendition): number =>
  parts.reduce((ticks, { durationTicks }) => ticks + durationTicks, 0)

export const segmentedSeconds = (rendition: SegmentedRendition): number =>
  renditionTicks(rendition) / rendition.timescale

/**
 * Returns the duration of the longest frame, video or audio. Renditions count as equally long if they do not
 * differ by more.
 */
export const longestFrameSeconds = (renditions: ReadonlyArray<SegmentedRendition>): number =>
  Math.max(
    ...renditions.map(({ video, timescale }) =>
      video === null ? AAC_TICKS / timescale : video.frameRate.den / video.frameRate.num,
    ),
  )

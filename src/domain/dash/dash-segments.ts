import { type Clip, isSegmentInClipPlaylist } from '../access/restrictions.ts'
import type { VodParts } from '../media/content-export.ts'
import { roundPartDurations } from '../media/part-durations.ts'
import { partExtension } from '../media/part-extension.ts'
import { xmlElement } from './xml.ts'

/** The segments of a CMAF export, as a manifest describes them. */
export type DashSegments = {
  /** Ticks per second. */
  readonly timescale: number
  /** Ticks from the start of the export to the first media segment. */
  readonly start: number
  /** Duration of each media segment in ticks. */
  readonly durations: ReadonlyArray<number>
  readonly initUri: string
  /** URIs of the media segments, relative to the `BaseURL`. */
  readonly mediaUris: ReadonlyArray<string>
}

/**
 * Returns the segments of an export; `null` for an export without an init segment, because such an export is
 * not CMAF and DASH cannot use it.
 */
export const toDashSegments = ({ parts }: VodParts): DashSegments | null => {
  const init = parts.find(({ role }) => role === 'init')
  const media = parts.filter(({ role }) => role === 'media')
  const timescale = media[0]?.timescale
  if (init === undefined || timescale === undefined) return null
  return {
    timescale,
    start: 0,
    durations: roundPartDurations(media, timescale),
    initUri: `${init.uid}.${partExtension(init)}`,
    mediaUris: media.map((part) => `${part.uid}.${partExtension(part)}`),
  }
}

export const dashStartSeconds = ({ start, timescale }: DashSegments): number => start / timescale

export const dashEndSeconds = ({ start, durations, timescale }: DashSegments): number =>
  durations.reduce((sum, duration) => sum + duration, start) / timescale

/** Returns the segments that the playlist of a clip contains; `null` if there are none. */
export const clipDashSegments = (segments: DashSegments, clip: Clip): DashSegments | null => {
  const { timescale, durations, mediaUris } = segments
  let end = segments.start
  const spans = durations.map((duration) => {
    const start = end
    end += duration
    return { start: start / timescale, end: end / timescale }
  })
  const listed = spans.flatMap((span, i) => (isSegmentInClipPlaylist(clip, span) ? [i] : []))
  const [first] = listed
  if (first === undefined) return null
  return {
    ...segments,
    start: durations.slice(0, first).reduce((sum, duration) => sum + duration, segments.start),
    durations: listed.map((i) => durations[i] ?? 0),
    mediaUris: listed.map((i) => mediaUris[i] ?? ''),
  }
}

/**
 * Writes one `S` per segment. The attribute `r` (repeat) is not used: dash.js and VLC ignore it, and use the
 * index of the `S` element as the index of the segment.
 */
const timelineOf = ({ start, durations }: DashSegments): string =>
  xmlElement(
    'SegmentTimeline',
    {},
    durations.map((d, i) => xmlElement('S', { t: i === 0 ? start : null, d })),
  )

const listElement = (
  segments: DashSegments,
  offsetSeconds: number,
  children: ReadonlyArray<string>,
): string => {
  const { timescale } = segments
  const offset = Math.round(offsetSeconds * timescale)
  return xmlElement(
    'SegmentList',
    { timescale, presentationTimeOffset: offset === 0 ? null : offset },
    children,
  )
}

/**
 * Returns a SegmentList (ISO/IEC 23009-1 §5.3.9.3). A SegmentTemplate would need names that can be computed,
 * but uids are random. `offsetSeconds` is the time in the export at which the presentation starts.
 */
export const segmentListElement = (segments: DashSegments, offsetSeconds = 0): string =>
  listElement(segments, offsetSeconds, [
    xmlElement('Initialization', { sourceURL: segments.initUri }),
    timelineOf(segments),
    ...segments.mediaUris.map((media) => xmlElement('SegmentURL', { media })),
  ])

/**
 * Returns the timeline that all representations of an AdaptationSet share; `null` if they differ. ffmpeg and
 * mpv seek by the timeline of the set; old versions of dash.js also need a timeline in each representation.
 */
export const sharedTimelineElement = (all: ReadonlyArray<DashSegments>, offsetSeconds = 0): string | null => {
  const [first] = all
  if (first === undefined) return null
  const timeline = timelineOf(first)
  const isShared = all.every((each) => each.timescale === first.timescale && timelineOf(each) === timeline)
  return isShared ? listElement(first, offsetSeconds, [timeline]) : null
}

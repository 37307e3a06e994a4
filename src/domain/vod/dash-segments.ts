import type { VodParts } from '../export/content-export.ts'
import { durationsOf } from './part-durations.ts'
import { extensionOf } from './part-extension.ts'
import { element } from './xml.ts'

/** The parts of a CMAF export, as a manifest speaks of them. */
export type Segments = {
  /** Ticks per second. */
  readonly timescale: number
  /** Ticks of each media part. */
  readonly durations: ReadonlyArray<number>
  readonly initUri: string
  /** As resolved from the `BaseURL`. */
  readonly mediaUris: ReadonlyArray<string>
}

/** `null` for an export that has no init segment: it is no CMAF, and DASH has no use for it. */
export const segmentsOf = ({ parts }: VodParts): Segments | null => {
  const init = parts.find(({ role }) => role === 'init')
  const media = parts.filter(({ role }) => role === 'media')
  const timescale = media[0]?.timescale
  if (init === undefined || timescale === undefined) return null
  return {
    timescale,
    durations: durationsOf(media, timescale),
    initUri: `${init.uid}.${extensionOf(init)}`,
    mediaUris: media.map((part) => `${part.uid}.${extensionOf(part)}`),
  }
}

export const secondsOf = ({ durations, timescale }: Segments): number =>
  durations.reduce((sum, duration) => sum + duration, 0) / timescale

/** `S` elements: one for each run of equal durations. */
const timelineOf = (durations: ReadonlyArray<number>): ReadonlyArray<string> => {
  const starts = durations.flatMap((duration, i) => (duration === durations[i - 1] ? [] : [i]))
  return starts.map((start, i) => {
    const repeats = (starts[i + 1] ?? durations.length) - start - 1
    return element('S', {
      t: start === 0 ? 0 : null,
      d: durations[start] ?? null,
      r: repeats === 0 ? null : repeats,
    })
  })
}

/**
 * The parts as a list (ISO/IEC 23009-1 §5.3.9.3): a template would have to compute their names, and uids follow
 * from nothing.
 */
export const segmentList = ({ timescale, durations, initUri, mediaUris }: Segments): string =>
  element('SegmentList', { timescale }, [
    element('Initialization', { sourceURL: initUri }),
    element('SegmentTimeline', {}, timelineOf(durations)),
    ...mediaUris.map((media) => element('SegmentURL', { media })),
  ])

import type { NewContentExport } from '../media/content-export.ts'
import { totalTicks } from '../media/total-ticks.ts'
import { isVideoRendition, renditionLabel } from './examine-lengths.ts'
import { type ExpectedPart, examinePublished } from './examine-published.ts'
import { fragmentsOf, type ParsedPart, type ParsedRendition } from './parsed-media.ts'
import { averageBitrate, peakBitrate, type TimedBytes } from './recomputed-rates.ts'
import { type Violation, violation } from './violation.ts'

/** A segmented export as it will be stored, and the rendition that was parsed from its bytes. */
export type ExaminedExport = {
  readonly parsed: ParsedRendition
  readonly stored: NewContentExport
  /** Size of the export's init segment in bytes. */
  readonly initBytes: number
}

/**
 * Recomputes the facts that playlists will declare about exports from their parts: durations, rates, codecs,
 * sizes. Declared and recomputed values must be identical.
 */
export const examineExports = (exports: ReadonlyArray<ExaminedExport>): ReadonlyArray<Violation> => {
  const oneTarget = exports.every(({ stored }) => stored.targetDuration === exports[0]?.stored.targetDuration)
  return [
    ...(oneTarget ? [] : [violation('durations', 'the exports do not have one target duration')]),
    ...exports.flatMap(examineExport),
  ]
}

const examineExport = ({ parsed, stored, initBytes }: ExaminedExport): ReadonlyArray<Violation> => {
  const name = renditionLabel(parsed)
  const { timescale } = parsed.track
  const target = stored.targetDuration ?? 0
  const tooLong = parsed.parts.findIndex(
    (part) => Math.round(totalTicks(part.fragments) / timescale) > target,
  )
  const parts = [initOf(parsed, initBytes), ...parsed.parts.map((part, i) => mediaOf(parsed, part, i))]
  return [
    ...examinePublished(name, stored, { format: 'm3u8', parsed: [parsed], parts }),
    ...(tooLong === -1
      ? []
      : [
          violation(
            'durations',
            `${name}: part ${tooLong} is longer than the target of ${stored.targetDuration} s`,
          ),
        ]),
    ...examineRates(name, parsed, stored),
  ]
}

const initOf = ({ track: { timescale } }: ParsedRendition, bytes: number): ExpectedPart => ({
  role: 'init',
  position: 0,
  durationTicks: 0,
  timescale,
  bytes,
  keyframes: [],
})

const mediaOf = (parsed: ParsedRendition, part: ParsedPart, position: number): ExpectedPart => {
  let end = 0
  const keyframes = part.fragments.map(({ bytes, firstSampleEnd, durationTicks }) => {
    const offset = end
    end += bytes
    return { offset, length: firstSampleEnd, durationTicks }
  })
  return {
    role: 'media',
    position,
    durationTicks: totalTicks(part.fragments),
    timescale: parsed.track.timescale,
    bytes: part.bytes,
    keyframes: isVideoRendition(parsed) ? keyframes : [],
  }
}

const timedPartsOf = ({ track, parts }: ParsedRendition): ReadonlyArray<TimedBytes> =>
  parts.map((part) => ({ bytes: part.bytes, seconds: totalTicks(part.fragments) / track.timescale }))

/** Returns the peak rate in bits per second, for playlists with this target duration. */
export const parsedPeakBitrate = (parsed: ParsedRendition, targetSeconds: number): number =>
  peakBitrate(timedPartsOf(parsed), targetSeconds)

const examineRates = (
  name: string,
  parsed: ParsedRendition,
  stored: NewContentExport,
): ReadonlyArray<Violation> => {
  const { timescale } = parsed.track
  const target = stored.targetDuration ?? 0
  const parts = timedPartsOf(parsed)
  const keyframes: ReadonlyArray<TimedBytes> = isVideoRendition(parsed)
    ? fragmentsOf(parsed).map(({ firstSampleEnd, durationTicks }) => ({
        bytes: firstSampleEnd,
        seconds: durationTicks / timescale,
      }))
    : []
  const compare = (what: string, declared: number | undefined, actual: number): ReadonlyArray<Violation> =>
    declared !== undefined && Math.abs(declared - actual) <= 1
      ? []
      : [violation('rates', `${name}: ${what} would be ${declared ?? 'missing'}, and is ${actual} bit/s`)]
  return [
    ...compare('its peak rate', stored.bandwidth, peakBitrate(parts, target)),
    ...compare('its average rate', stored.averageBandwidth, averageBitrate(parts)),
    ...(keyframes.length === 0
      ? stored.iFrames === null
        ? []
        : [violation('rates', `${name}: it would have rates of keyframes, and has none`)]
      : [
          ...compare(
            'the peak rate of its keyframes',
            stored.iFrames?.bandwidth,
            peakBitrate(keyframes, target),
          ),
          ...compare(
            'the average rate of its keyframes',
            stored.iFrames?.averageBandwidth,
            averageBitrate(keyframes),
          ),
        ]),
  ]
}

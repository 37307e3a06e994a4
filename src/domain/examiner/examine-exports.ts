import type { NewContentExport } from '../media/content-export.ts'
import { type ExpectedPart, examinePublished } from './examine-published.ts'
import { isPictures, nameOf } from './examine-time.ts'
import { fragmentsOf, type PartReading, type RenditionReading } from './readings.ts'
import { averageRate, peakRate, type TimedBytes } from './recomputed-rates.ts'
import { type Violation, violation } from './violation.ts'

/** A segmented export and the reading of its rendition. */
export type ExaminedExport = {
  readonly reading: RenditionReading
  readonly stored: NewContentExport
  /** Size of its init segment (bytes). */
  readonly initBytes: number
}

/**
 * Recomputes from the parts what playlists will declare about exports: durations, rates, codecs, sizes.
 * Declared and actual values must be identical.
 */
export const examineExports = (exports: ReadonlyArray<ExaminedExport>): ReadonlyArray<Violation> => {
  const oneTarget = exports.every(({ stored }) => stored.targetDuration === exports[0]?.stored.targetDuration)
  return [
    ...(oneTarget ? [] : [violation('durations', 'the exports do not have one target duration')]),
    ...exports.flatMap(examineExport),
  ]
}

const examineExport = ({ reading, stored, initBytes }: ExaminedExport): ReadonlyArray<Violation> => {
  const name = nameOf(reading)
  const { timescale } = reading.track
  const target = stored.targetDuration ?? 0
  const tooLong = reading.parts.findIndex((part) => Math.round(ticksOf(part) / timescale) > target)
  const parts = [initOf(reading, initBytes), ...reading.parts.map((part, i) => mediaOf(reading, part, i))]
  return [
    ...examinePublished(name, stored, { format: 'm3u8', readings: [reading], parts }),
    ...(tooLong === -1
      ? []
      : [
          violation(
            'durations',
            `${name}: part ${tooLong} is longer than the target of ${stored.targetDuration} s`,
          ),
        ]),
    ...examineRates(name, reading, stored),
  ]
}

const ticksOf = ({ fragments }: PartReading): number =>
  fragments.reduce((ticks, { durationTicks }) => ticks + durationTicks, 0)

const initOf = ({ track: { timescale } }: RenditionReading, bytes: number): ExpectedPart => ({
  role: 'init',
  position: 0,
  durationTicks: 0,
  timescale,
  bytes,
  keyframes: [],
})

const mediaOf = (reading: RenditionReading, part: PartReading, position: number): ExpectedPart => {
  let end = 0
  const keyframes = part.fragments.map(({ bytes, firstSampleEnd, durationTicks }) => {
    const offset = end
    end += bytes
    return { offset, length: firstSampleEnd, durationTicks }
  })
  return {
    role: 'media',
    position,
    durationTicks: ticksOf(part),
    timescale: reading.track.timescale,
    bytes: part.bytes,
    keyframes: isPictures(reading) ? keyframes : [],
  }
}

const timedPartsOf = ({ track, parts }: RenditionReading): ReadonlyArray<TimedBytes> =>
  parts.map((part) => ({ bytes: part.bytes, seconds: ticksOf(part) / track.timescale }))

/** Bits per second, for playlists with this target duration. */
export const peakRateOf = (reading: RenditionReading, targetSeconds: number): number =>
  peakRate(timedPartsOf(reading), targetSeconds)

const examineRates = (
  name: string,
  reading: RenditionReading,
  stored: NewContentExport,
): ReadonlyArray<Violation> => {
  const { timescale } = reading.track
  const target = stored.targetDuration ?? 0
  const parts = timedPartsOf(reading)
  const pictures: ReadonlyArray<TimedBytes> = isPictures(reading)
    ? fragmentsOf(reading).map(({ firstSampleEnd, durationTicks }) => ({
        bytes: firstSampleEnd,
        seconds: durationTicks / timescale,
      }))
    : []
  const compare = (what: string, declared: number | undefined, actual: number): ReadonlyArray<Violation> =>
    declared !== undefined && Math.abs(declared - actual) <= 1
      ? []
      : [violation('rates', `${name}: ${what} would be ${declared ?? 'missing'}, and is ${actual} bit/s`)]
  return [
    ...compare('its peak rate', stored.bandwidth, peakRate(parts, target)),
    ...compare('its average rate', stored.averageBandwidth, averageRate(parts)),
    ...(pictures.length === 0
      ? stored.iFrames === null
        ? []
        : [violation('rates', `${name}: it would have rates of keyframes, and has none`)]
      : [
          ...compare('the peak rate of its keyframes', stored.iFrames?.bandwidth, peakRate(pictures, target)),
          ...compare(
            'the average rate of its keyframes',
            stored.iFrames?.averageBandwidth,
            averageRate(pictures),
          ),
        ]),
  ]
}

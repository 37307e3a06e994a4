import type { Keyframe, NewContentExport, NewContentPart } from '../export/content-export.ts'
import { nameOf } from './examine-time.ts'
import { fragmentsOf, type PartReading, type RenditionReading } from './readings.ts'
import { averageRate, peakRate, type Timed } from './recomputed-rates.ts'
import { type Violation, violation } from './violation.ts'

/** One export in parts, beside what was read of the rendition that it is. */
export type ExaminedExport = {
  readonly reading: RenditionReading
  readonly made: NewContentExport
  /** Bytes of its init segment. */
  readonly initBytes: number
  readonly keyframes: ReadonlyArray<ReadonlyArray<Keyframe>>
}

/**
 * Recomputes from the parts what lists will say of exports: durations, rates, codecs, sizes. What is said and what is
 * must be the same to the bit.
 */
export const examineExports = (exports: ReadonlyArray<ExaminedExport>): ReadonlyArray<Violation> => {
  const isOneTarget = exports.every(({ made }) => made.targetDuration === exports[0]?.made.targetDuration)
  return [
    ...(isOneTarget ? [] : [violation('durations', 'the exports do not have one target duration')]),
    ...exports.flatMap(examineExport),
  ]
}

const examineExport = (examined: ExaminedExport): ReadonlyArray<Violation> => {
  const { reading, made } = examined
  const name = nameOf(reading)
  return [
    ...(made.codecs.join() === reading.track.codec
      ? []
      : [
          violation(
            'codec-string',
            `${name}: lists would name ${made.codecs.join()}, and it is ${reading.track.codec}`,
          ),
        ]),
    ...examineParts(name, examined),
    ...examineRates(name, examined),
  ]
}

const ticksOf = ({ fragments }: PartReading): number =>
  fragments.reduce((ticks, { durationTicks }) => ticks + durationTicks, 0)

const examineParts = (
  name: string,
  { reading, made, initBytes }: ExaminedExport,
): ReadonlyArray<Violation> => {
  const { timescale } = reading.track
  const media = mediaOf(made)
  const init = made.parts.filter(({ role }) => role === 'init')
  const found: Violation[] = []
  if (init.length !== 1 || media.length !== reading.parts.length)
    return [violation('complete', `${name}: ${media.length} parts were stored of ${reading.parts.length}`)]
  for (const [i, part] of media.entries()) {
    const read = reading.parts[i]
    if (read === undefined) break
    if (part.timescale !== timescale || part.durationTicks !== ticksOf(read) || part.position !== i)
      found.push(
        violation(
          'durations',
          `${name}: part ${i} would be said to last ${(part.durationTicks / part.timescale).toFixed(3)} s, and lasts ${(ticksOf(read) / timescale).toFixed(3)} s`,
        ),
      )
    if (part.file.size !== read.bytes)
      found.push(
        violation('bytes', `${name}: part ${i} was stored as ${part.file.size} bytes of ${read.bytes}`),
      )
    if (Math.round(ticksOf(read) / timescale) > (made.targetDuration ?? 0))
      found.push(
        violation('durations', `${name}: part ${i} is longer than the target of ${made.targetDuration} s`),
      )
  }
  const bytes = reading.parts.reduce((sum, part) => sum + part.bytes, initBytes)
  if (made.fileSize !== bytes)
    found.push(
      violation('bytes', `${name}: it would be said to have ${made.fileSize} bytes, and has ${bytes}`),
    )
  const seconds = fragmentsOf(reading).reduce((sum, { durationTicks }) => sum + durationTicks, 0) / timescale
  if (Math.abs(made.durationSeconds - seconds) > 1e-6)
    found.push(
      violation(
        'durations',
        `${name}: it would be said to last ${made.durationSeconds} s, and lasts ${seconds} s`,
      ),
    )
  return found
}

const timedPartsOf = ({ track, parts }: RenditionReading): ReadonlyArray<Timed> =>
  parts.map((part) => ({ bytes: part.bytes, seconds: ticksOf(part) / track.timescale }))

/** Bits a second, for lists with this target duration. */
export const peakRateOf = (reading: RenditionReading, targetSeconds: number): number =>
  peakRate(timedPartsOf(reading), targetSeconds)

const mediaOf = (made: NewContentExport): ReadonlyArray<NewContentPart> =>
  made.parts.filter(({ role }) => role === 'media').toSorted((a, b) => a.position - b.position)

const examineRates = (
  name: string,
  { reading, made, keyframes }: ExaminedExport,
): ReadonlyArray<Violation> => {
  const { timescale } = reading.track
  const target = made.targetDuration ?? 0
  const parts = timedPartsOf(reading)
  const pictures: ReadonlyArray<Timed> = keyframes
    .flat()
    .map(({ length, durationTicks }) => ({ bytes: length, seconds: durationTicks / timescale }))
  const compare = (what: string, told: number | undefined, is: number): ReadonlyArray<Violation> =>
    told !== undefined && Math.abs(told - is) <= 1
      ? []
      : [violation('rates', `${name}: ${what} would be ${told ?? 'missing'}, and is ${is} bit/s`)]
  return [
    ...compare('its peak rate', made.bandwidth, peakRate(parts, target)),
    ...compare('its average rate', made.averageBandwidth, averageRate(parts)),
    ...(made.averageBandwidth > made.bandwidth
      ? [
          violation(
            'rates',
            `${name}: its average rate would be ${made.averageBandwidth}, above its peak rate of ${made.bandwidth} bit/s`,
          ),
        ]
      : []),
    ...(pictures.length === 0
      ? []
      : [
          ...compare('the peak rate of its keyframes', made.iFrames?.bandwidth, peakRate(pictures, target)),
          ...compare(
            'the average rate of its keyframes',
            made.iFrames?.averageBandwidth,
            averageRate(pictures),
          ),
        ]),
  ]
}

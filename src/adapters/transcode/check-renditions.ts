import type { Rendition } from '../../ports/transcoder.ts'
import type { CutPart } from './cutter.ts'
import { AAC_TICKS } from './isobmff-fragment.ts'

export type CutRendition = Omit<Rendition, 'parts'> & {
  readonly parts: ReadonlyArray<CutPart>
  readonly isEven: boolean
}

export const ticksOf = ({ parts }: CutRendition): number =>
  parts.reduce((ticks, { durationTicks }) => ticks + durationTicks, 0)

export const secondsOf = (rendition: CutRendition): number => ticksOf(rendition) / rendition.timescale

/** The longer of a picture and a sample of sound: renditions that differ by no more are equally long. */
export const frameSecondsOf = (renditions: ReadonlyArray<CutRendition>): number =>
  Math.max(
    ...renditions.map(({ video, timescale }) =>
      video === null ? AAC_TICKS / timescale : video.frameRate.den / video.frameRate.num,
    ),
  )

/**
 * Throws when what was cut breaks a promise of the port. The cutter has seen to it that time starts at 0 and has no
 * gaps, and that each fragment starts with a key picture.
 */
export const checkRenditions = (renditions: ReadonlyArray<CutRendition>): void => {
  const films = renditions.filter(({ video }) => video !== null)
  const sounds = renditions.filter(({ video }) => video === null)
  checkAligned(films)
  for (const { name, isEven } of sounds)
    if (!isEven) throw new Error(`the sound ${name} has gaps, or samples that overlap`)
  const [first, ...others] = renditions
  if (first === undefined) return
  const tolerance = frameSecondsOf(renditions) + ROUNDING_SECONDS
  for (const other of others)
    if (Math.abs(secondsOf(other) - secondsOf(first)) > tolerance)
      throw new Error(`${other.name} and ${first.name} do not last equally long`)
}

const ROUNDING_SECONDS = 1e-6

const checkAligned = ([first, ...others]: ReadonlyArray<CutRendition>): void => {
  if (first === undefined) return
  for (const { name, parts, timescale } of others) {
    // Compared as whole numbers: two timescales may name one instant by different fractions.
    const aligned = parts.every(
      ({ startTicks }, i) =>
        startTicks * first.timescale === (first.parts[i]?.startTicks ?? Number.NaN) * timescale,
    )
    if (!aligned || parts.length !== first.parts.length)
      throw new Error(`the parts of ${name} and ${first.name} do not start together`)
  }
}

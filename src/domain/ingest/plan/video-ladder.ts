import type { FrameRate } from '../../media/content-export.ts'
import { highestH264Level, macroblockCount, permitsSize } from '../../media/h264-level.ts'
import type { Size } from '../../media/size-comparison.ts'
import type { VideoRung } from './media-plan.ts'

/**
 * A step of the video ladder. Sizes are compared by area, so that wide and square videos have as many bits
 * per pixel as 16:9. `side` is the short side of a 16:9 frame with the area of the step (pixels). `kilobits`
 * is the maximum bit rate up to 31 frames per second.
 */
type Step = { readonly side: number; readonly kilobits: number; readonly isSlowest?: true }

const largest: Step = { side: 1080, kilobits: 5000 }
const steps: ReadonlyArray<Step> = [
  largest,
  { side: 720, kilobits: 2800 },
  { side: 480, kilobits: 1400 },
  { side: 360, kilobits: 800 },
  { side: 240, kilobits: 400 },
]
const maxRungs = 4

/**
 * The smallest step, only for video without audio. If there is audio, viewers with the slowest connections
 * play the audio alone. The peak bit rate of this step, with the container's overhead and a burst of the
 * decoder's buffer, is below the 192 kbit/s that the HLS authoring specification requires for at least one
 * variant.
 */
const slowest: Step = { side: 144, kilobits: 130, isSlowest: true }

/**
 * A step whose side is within this factor of the source's side is omitted, and the size of the source
 * replaces it.
 */
const margin = 1.12

export const planVideo = (
  source: Size,
  frameRate: FrameRate,
  isSilent: boolean,
): ReadonlyArray<VideoRung> => {
  const top = topSize(source)
  const topStep = stepOf(sideOf(top))
  const below = steps.filter(({ side }) => side * margin < topStep.side)
  const [first = topStep, ...others] = [topStep, ...below].slice(0, maxRungs)
  const ladder = isSilent
    ? first.side < slowest.side * margin
      ? [{ ...slowest, side: first.side }]
      : [first, ...others, slowest]
    : [first, ...others]
  const highRateFactor = frameRate.num / frameRate.den > 31 ? 1.5 : 1
  return ladder.map((step, i): VideoRung => {
    const maxrate = Math.round(step.kilobits * (step.isSlowest ? 1 : highRateFactor))
    return {
      name: `v${Math.round(step.side)}`,
      ...(i === 0 ? top : sizeWithin(source, boundsOf(step))),
      maxrate,
      bufsize: step.isSlowest ? maxrate : 2 * maxrate,
    }
  })
}

/** Returns the size of the source if H.264 level 4.2 permits it, otherwise the size of the largest step. */
const topSize = (source: Size): Size => {
  const unscaled = even(source, 1)
  return permitsSize(unscaled, highestH264Level) ? unscaled : sizeWithin(source, boundsOf(largest))
}

const sideOf = ({ width, height }: Size): number => Math.sqrt((width * height * 9) / 16)

type Bounds = { readonly area: number; readonly macroblocks: number }

const boundsOf = ({ side }: Step): Bounds => {
  const wide = { width: nearestEven((side * 16) / 9), height: nearestEven(side) }
  return { area: wide.width * wide.height, macroblocks: macroblockCount(wide) }
}

/**
 * Scales a source into bounds. The number of macroblocks has a separate limit, because partial macroblocks at
 * the edges count as whole ones.
 */
const sizeWithin = (source: Size, { area, macroblocks }: Bounds): Size => {
  let scale = Math.min(1, Math.sqrt(area / (source.width * source.height)))
  for (;;) {
    const size = even(source, scale)
    const isWithin = macroblockCount(size) <= macroblocks && permitsSize(size, highestH264Level)
    if (isWithin || Math.max(size.width, size.height) <= 16) return size
    scale *= 0.995
  }
}

const even = ({ width, height }: Size, scale: number): Size => ({
  width: nearestEven(width * scale),
  height: nearestEven(height * scale),
})

// Returns the nearest even number of pixels. H.264 in 4:2:0 subsamples chroma by two in both directions, so
// sizes must be even.
const nearestEven = (pixels: number): number => Math.max(2, 2 * Math.round(pixels / 2))

/**
 * Returns a step for any side. The maximum bit rate is interpolated between steps. Below all steps it is
 * proportional to the side; above all steps it is constant.
 */
const stepOf = (side: number): Step => {
  const below = steps.find((step) => step.side <= side)
  const above = steps.findLast((step) => step.side > side)
  if (below === undefined) return { side, kilobits: Math.max(100, Math.round((400 * side) / 240)) }
  if (above === undefined) return { side, kilobits: below.kilobits }
  const between = (side - below.side) / (above.side - below.side)
  return { side, kilobits: Math.round(below.kilobits + (above.kilobits - below.kilobits) * between) }
}

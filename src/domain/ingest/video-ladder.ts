import type { FrameRate } from '../export/content-export.ts'
import { highestLevel, holdsSize, macroblocksOf } from './h264-level.ts'
import type { VideoRung } from './media-plan.ts'

type Size = { readonly width: number; readonly height: number }

/**
 * A rung of the ladder. Sizes go by area, so that a wide or a square film has as many pixels for its bits as one of
 * 16:9: `side` is the short side of a 16:9 picture of that area. `kilobits`: the maxrate at up to 31 frames a second.
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
 * Of a film without sound: with it, the sound alone is what the slowest connection plays. Its peak, container and
 * buffer included, stays below the 192 kbit/s that the HLS authoring specification asks of one variant.
 */
const slowest: Step = { side: 144, kilobits: 130, isSlowest: true }

/** A step that has nearly the area of the source is left out: the source's own size stands in its place. */
const margin = 1.12

export const planVideo = (
  source: Size,
  frameRate: FrameRate,
  isSilent: boolean,
): ReadonlyArray<VideoRung> => {
  const top = topSize(source)
  const own = stepOf(sideOf(top))
  const below = steps.filter(({ side }) => side * margin < own.side)
  const [first = own, ...others] = [own, ...below].slice(0, maxRungs)
  const ladder = isSilent
    ? first.side < slowest.side * margin
      ? [{ ...slowest, side: first.side }]
      : [first, ...others, slowest]
    : [first, ...others]
  const quick = frameRate.num / frameRate.den > 31 ? 1.5 : 1
  return ladder.map((step, i): VideoRung => {
    const maxrate = Math.round(step.kilobits * (step.isSlowest ? 1 : quick))
    return {
      name: `v${Math.round(step.side)}`,
      ...(i === 0 ? top : sizeWithin(source, boundsOf(step))),
      maxrate,
      bufsize: step.isSlowest ? maxrate : 2 * maxrate,
    }
  })
}

/** The source as it is, where level 4.2 has room for it; else what the largest step has room for. */
const topSize = (source: Size): Size => {
  const own = even(source, 1)
  return holdsSize(own, highestLevel) ? own : sizeWithin(source, boundsOf(largest))
}

const sideOf = ({ width, height }: Size): number => Math.sqrt((width * height * 9) / 16)

type Bounds = { readonly area: number; readonly macroblocks: number }

const boundsOf = ({ side }: Step): Bounds => {
  const wide = { width: nearestEven((side * 16) / 9), height: nearestEven(side) }
  return { area: wide.width * wide.height, macroblocks: macroblocksOf(wide) }
}

/** The shape of a source within bounds. Macroblocks are counted whole, so that the area alone does not bound them. */
const sizeWithin = (source: Size, { area, macroblocks }: Bounds): Size => {
  let scale = Math.min(1, Math.sqrt(area / (source.width * source.height)))
  for (;;) {
    const size = even(source, scale)
    const isWithin = macroblocksOf(size) <= macroblocks && holdsSize(size, highestLevel)
    if (isWithin || Math.max(size.width, size.height) <= 16) return size
    scale *= 0.995
  }
}

const even = ({ width, height }: Size, scale: number): Size => ({
  width: nearestEven(width * scale),
  height: nearestEven(height * scale),
})

// Chroma is subsampled by two in both directions, so H.264 in 4:2:0 wants even sizes.
const nearestEven = (pixels: number): number => Math.max(2, 2 * Math.round(pixels / 2))

/** Between two steps the maxrate lies between theirs; below all it goes with the side, above them it stays. */
const stepOf = (side: number): Step => {
  const below = steps.find((step) => step.side <= side)
  const above = steps.findLast((step) => step.side > side)
  if (below === undefined) return { side, kilobits: Math.max(100, Math.round((400 * side) / 240)) }
  if (above === undefined) return { side, kilobits: below.kilobits }
  const between = (side - below.side) / (above.side - below.side)
  return { side, kilobits: Math.round(below.kilobits + (above.kilobits - below.kilobits) * between) }
}

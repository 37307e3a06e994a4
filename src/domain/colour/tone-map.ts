import { referenceWhite } from './transfer.ts'

/** Gives the factor that brings light, of which `brightest` is the brightest channel, into the range of a display. */
export type ToneMap = (brightest: number) => number

/** How far the knee bends (SMPTE ST 2094-50, annex D). */
const kappa = 0.65

/** Headroom over reference white, in stops, at which white is halved. */
const fullHeadroom = Math.log2(1000 / referenceWhite)

/**
 * The tone map of SMPTE ST 2094-50 for a display without headroom, which browsers apply: reference white (1) comes
 * out at a half for a peak of 1,000 nits and more, less is lost for a lower peak; above it a quadratic Bézier curve
 * goes on to the peak, which comes out as 1.
 */
export const toneMapFrom = (peakNits: number): ToneMap => {
  const peak = Math.max(peakNits / referenceWhite, 1)
  const white = 1 - 0.5 * Math.min(Math.log2(peak) / fullHeadroom, 1)
  const [middleX, middleY] = [1 - kappa + kappa / white, (1 - kappa) * white + kappa]
  // x(t) = 1 + bx·t + ax·t², and y(t) likewise from `white`.
  const [ax, bx] = [1 - 2 * middleX + peak, 2 * (middleX - 1)]
  const [ay, by] = [white - 2 * middleY + 1, 2 * (middleY - white)]

  return (brightest) => {
    if (brightest <= 1) return white
    if (brightest >= peak) return 1 / brightest
    const distance = 1 - brightest
    const t =
      Math.abs(ax) < 1e-9
        ? -distance / bx
        : (-bx + Math.sqrt(Math.max(bx * bx - 4 * ax * distance, 0))) / (2 * ax)
    return (white + t * (by + t * ay)) / brightest
  }
}

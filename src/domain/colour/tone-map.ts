import { referenceWhiteNits } from './transfer.ts'

/**
 * Returns the factor that scales a pixel to the range of the display. `brightest` is the value of the pixel's
 * brightest channel.
 */
type ToneMap = (brightest: number) => number

/** Curvature of the bend in the tone curve (SMPTE ST 2094-50, annex D). */
const kappa = 0.65

/** From this headroom (stops above reference white) on, the tone map halves reference white. */
const fullHeadroom = Math.log2(1000 / referenceWhiteNits)

/**
 * Returns the tone map of SMPTE ST 2094-50 for a display without headroom, as in browsers. Reference white
 * (1) maps to 0.5 if the peak is 1,000 nits or more, and to more for a lower peak. Values above reference
 * white follow a quadratic Bézier curve up to the peak, which maps to 1.
 */
export const createToneMap = (peakNits: number): ToneMap => {
  const peak = Math.max(peakNits / referenceWhiteNits, 1)
  const white = 1 - 0.5 * Math.min(Math.log2(peak) / fullHeadroom, 1)
  const [middleX, middleY] = [1 - kappa + kappa / white, (1 - kappa) * white + kappa]
  // The coefficients of the Bézier curve: x(t) = 1 + bx·t + ax·t², and y(t) = white + by·t + ay·t².
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

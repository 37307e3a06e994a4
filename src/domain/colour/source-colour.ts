import { E } from '../../fp.ts'
import { type Refused, refused } from '../shared/errors.ts'
import { type Chromaticities, spanASpace, srgbChromaticities } from './chromaticities.ts'
import { type Cicp, primariesByCode, transferByCode } from './cicp.ts'
import { power, srgb, type Transfer } from './transfer.ts'

/** All that the header of a picture says about its colours. */
export type ColourTags = {
  readonly container: 'png' | 'heif' | 'film' | 'other'
  readonly cicp: Cicp | null
  readonly hasIccProfile: boolean
  readonly isCmyk: boolean
  /** PNG: `sRGB` is there. */
  readonly isSrgb: boolean
  /** PNG: `gAMA`, as 0.45455 for a display of gamma 2.2. */
  readonly gamma: number | null
  /** PNG: `cHRM`. */
  readonly chromaticities: Chromaticities | null
  /** The brightest light of an HDR picture, in nits. */
  readonly peakNits: number | null
}

export const noColourTags: ColourTags = {
  container: 'other',
  cicp: null,
  hasIccProfile: false,
  isCmyk: false,
  isSrgb: false,
  gamma: null,
  chromaticities: null,
  peakNits: null,
}

/**
 * What the values of a picture mean.
 * - `Srgb`: they are sRGB already, whatever a profile says
 * - `Icc`: the profile says it
 * - `DeviceCmyk`: ink of no known press
 * - `Encoded`: they are light in a space of these primaries, through this transfer function
 */
export type SourceColour =
  | { readonly _tag: 'Srgb' }
  | { readonly _tag: 'Icc' }
  | { readonly _tag: 'DeviceCmyk' }
  | {
      readonly _tag: 'Encoded'
      readonly chromaticities: Chromaticities
      readonly transfer: Transfer
      readonly peakNits: number
    }

const isSrgbAlready: SourceColour = { _tag: 'Srgb' }

/** Of an HDR picture that does not say how bright it gets (BT.2408: the nominal peak of HLG, and usual for PQ). */
const defaultPeakNits = 1000

const encoded = (
  chromaticities: Chromaticities,
  transfer: Transfer,
  peakNits: number | null = null,
): SourceColour =>
  chromaticities === srgbChromaticities && transfer === srgb
    ? isSrgbAlready
    : {
        _tag: 'Encoded',
        chromaticities,
        transfer,
        // HLG is defined relative to its display; content metadata does not change what it means.
        peakNits: transfer.isSceneLight ? defaultPeakNits : (peakNits ?? defaultPeakNits),
      }

/**
 * Browsers show the curves of BT.709 and its kin (1, 6, 14, 15) as sRGB in film, and in HEIF, where they come from
 * encoders of film; so they show what is not specified (2).
 */
const srgbInFilm = new Set([1, 2, 6, 14, 15])

/** The meaning of code points; `null` when they say nothing. Primaries that are not specified are those of sRGB. */
const fromCicp = ({ container, cicp, peakNits }: ColourTags): E.Either<Refused, SourceColour> | null => {
  if (cicp === null) return null
  if (cicp.transfer === 9 || cicp.transfer === 10)
    return E.left(refused('its colours are logarithmic (transfer 9 or 10): save it as sRGB'))
  const isSrgbCurve = container !== 'png' && srgbInFilm.has(cicp.transfer)
  const transfer = isSrgbCurve ? srgb : transferByCode.get(cicp.transfer)
  if (transfer === undefined) return null
  const chromaticities = primariesByCode.get(cicp.primaries) ?? srgbChromaticities
  return E.right(encoded(chromaticities, transfer, peakNits))
}

/**
 * The exponent and the primaries that stand for sRGB in readers that do not know `sRGB` (PNG-3 §11.3.2.5). Encoders
 * write them alone, too, and mean sRGB; a pure power of 2.2 would differ by 8 levels of 255 at most.
 */
const standsForSrgb = (gamma: number, { red, green, blue, white }: Chromaticities): boolean => {
  const own = [red, green, blue, white].flat()
  const { red: r, green: g, blue: b, white: w } = srgbChromaticities
  return (
    Math.abs(gamma - 0.45455) < 0.001 &&
    [r, g, b, w].flat().every((n, i) => Math.abs(n - (own[i] ?? 0)) < 0.001)
  )
}

const fromGamma = ({ gamma, chromaticities }: ColourTags): SourceColour => {
  // `cHRM` alone does not say how values stand for light.
  if (gamma === null || gamma <= 0) return isSrgbAlready
  const told = chromaticities !== null && spanASpace(chromaticities) ? chromaticities : srgbChromaticities
  return standsForSrgb(gamma, told) ? isSrgbAlready : encoded(told, power(1 / gamma))
}

/**
 * Decides what the values of a picture mean. PNG: the first of cICP, iCCP, sRGB, gAMA with cHRM (PNG-3 §4.3). HEIF:
 * the profile before `nclx` (ISO/IEC 23000-22 §7.3.6.4). What says nothing is sRGB.
 */
export const sourceColour = (tags: ColourTags): E.Either<Refused, SourceColour> => {
  if (tags.container === 'heif')
    return tags.hasIccProfile ? E.right({ _tag: 'Icc' }) : (fromCicp(tags) ?? E.right(isSrgbAlready))
  const told = fromCicp(tags)
  if (told !== null) return told
  if (tags.hasIccProfile) return E.right({ _tag: 'Icc' })
  if (tags.isCmyk) return E.right({ _tag: 'DeviceCmyk' })
  return E.right(tags.isSrgb ? isSrgbAlready : fromGamma(tags))
}

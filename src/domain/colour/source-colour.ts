import { E } from '../../fp.ts'
import { type Refused, refused } from '../shared/errors.ts'
import { areValidChromaticities, type Chromaticities, srgbChromaticities } from './chromaticities.ts'
import { type Cicp, primariesByCode, transferByCode } from './cicp.ts'
import { powerTransfer, srgbTransfer, type TransferFunction } from './transfer.ts'

/** Everything in the header of an image that affects its colours. */
export type ColourTags = {
  readonly container: 'png' | 'heif' | 'video' | 'other'
  readonly cicp: Cicp | null
  readonly hasIccProfile: boolean
  readonly isCmyk: boolean
  /** PNG: whether the `sRGB` chunk is present. */
  readonly isSrgb: boolean
  /** PNG: the value of the `gAMA` chunk; 0.45455 means a display gamma of 2.2. */
  readonly gamma: number | null
  /** PNG: the values of the `cHRM` chunk. */
  readonly chromaticities: Chromaticities | null
  /** Peak luminance of an HDR image (nits). */
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
 * How the values of an image or video define colours.
 * - `Srgb`: the values are sRGB; an ICC profile is ignored
 * - `Icc`: the ICC profile defines the colours
 * - `DeviceCmyk`: the values are CMYK without a profile
 * - `Encoded`: primaries and a transfer function define the colours
 */
export type SourceColour =
  | { readonly _tag: 'Srgb' }
  | { readonly _tag: 'Icc' }
  | { readonly _tag: 'DeviceCmyk' }
  | {
      readonly _tag: 'Encoded'
      readonly chromaticities: Chromaticities
      readonly transfer: TransferFunction
      readonly peakNits: number
    }

const sameAsSrgb: SourceColour = { _tag: 'Srgb' }

/**
 * The peak luminance (nits) that is assumed for an HDR source that does not state it. 1,000 nits are the
 * nominal peak of HLG, and usual for PQ (BT.2408).
 */
const defaultPeakNits = 1000

const encoded = (
  chromaticities: Chromaticities,
  transfer: TransferFunction,
  peakNits: number | null = null,
): SourceColour =>
  chromaticities === srgbChromaticities && transfer === srgbTransfer
    ? sameAsSrgb
    : {
        _tag: 'Encoded',
        chromaticities,
        transfer,
        // HLG is defined relative to the peak of the display, so the peak of the content is ignored.
        peakNits: transfer.isSceneLight ? defaultPeakNits : (peakNits ?? defaultPeakNits),
      }

/**
 * Transfer functions that browsers show as sRGB in video: BT.709, the related curves (1, 6, 14, 15) and
 * unspecified ones (2). Browsers also show these curves as sRGB in HEIF, because these tags come from video
 * encoders.
 */
const srgbInVideo = new Set([1, 2, 6, 14, 15])

/**
 * Returns the colours that the code points define; `null` if there are no code points. Unspecified primaries
 * count as those of sRGB.
 */
const fromCicp = ({ container, cicp, peakNits }: ColourTags): E.Either<Refused, SourceColour> | null => {
  if (cicp === null) return null
  if (cicp.transfer === 9 || cicp.transfer === 10)
    return E.left(refused('its colours are logarithmic (transfer 9 or 10): save it as sRGB'))
  const isSrgbCurve = container !== 'png' && srgbInVideo.has(cicp.transfer)
  // A reserved code point in a video does not define the curve. sRGB replaces it, so that the primaries are
  // not discarded.
  const unknown = container === 'video' ? srgbTransfer : undefined
  const transfer = isSrgbCurve ? srgbTransfer : (transferByCode.get(cicp.transfer) ?? unknown)
  if (transfer === undefined) return null
  const chromaticities = primariesByCode.get(cicp.primaries) ?? srgbChromaticities
  return E.right(encoded(chromaticities, transfer, peakNits))
}

/**
 * Returns whether gamma and chromaticities stand for sRGB, as in PNGs for readers without support for `sRGB`
 * (PNG-3 §11.3.2.5). Encoders that write only gamma and chromaticities also mean sRGB. A pure power of 2.2
 * would differ from sRGB by up to 8 levels of 255.
 */
const meansSrgb = (gamma: number, { red, green, blue, white }: Chromaticities): boolean => {
  const values = [red, green, blue, white].flat()
  const { red: r, green: g, blue: b, white: w } = srgbChromaticities
  return (
    Math.abs(gamma - 0.45455) < 0.001 &&
    [r, g, b, w].flat().every((n, i) => Math.abs(n - (values[i] ?? 0)) < 0.001)
  )
}

const fromGamma = ({ gamma, chromaticities }: ColourTags): SourceColour => {
  // Without a gamma, the chunk `cHRM` defines no transfer function, so the curve of sRGB is used.
  if (gamma === null || gamma <= 0) return sameAsSrgb
  const rgb =
    chromaticities !== null && areValidChromaticities(chromaticities) ? chromaticities : srgbChromaticities
  return meansSrgb(gamma, rgb) ? sameAsSrgb : encoded(rgb, powerTransfer(1 / gamma))
}

/**
 * Determines the colours of an image. In PNG, the chunk that comes first in this list determines them: cICP,
 * iCCP, sRGB, gAMA with cHRM (PNG-3 §4.3). In HEIF, the ICC profile takes precedence over `nclx` (ISO/IEC
 * 23000-22 §7.3.6.4). Untagged images are sRGB.
 */
export const sourceColour = (tags: ColourTags): E.Either<Refused, SourceColour> => {
  if (tags.container === 'heif')
    return tags.hasIccProfile ? E.right({ _tag: 'Icc' }) : (fromCicp(tags) ?? E.right(sameAsSrgb))
  const tagged = fromCicp(tags)
  if (tagged !== null) return tagged
  if (tags.hasIccProfile) return E.right({ _tag: 'Icc' })
  if (tags.isCmyk) return E.right({ _tag: 'DeviceCmyk' })
  return E.right(tags.isSrgb ? sameAsSrgb : fromGamma(tags))
}

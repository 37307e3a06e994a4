/** The transfer function of a colour space: from channel values (0 to 1) to light. */
export type TransferFunction = {
  /** Returns linear light. 1 is white; in HDR, the reference white of 203 nits (BT.2408). */
  readonly toLinear: (value: number) => number
  readonly range: 'sdr' | 'hdr'
  /**
   * Whether the channel values stand for scene light, as in HLG. The conversion to display light depends on
   * all three channels.
   */
  readonly isSceneLight: boolean
}

/** Luminance of the reference white of HDR (nits). */
export const referenceWhiteNits = 203

const sdr = (toLinear: (value: number) => number): TransferFunction => ({
  toLinear,
  range: 'sdr',
  isSceneLight: false,
})

/** Returns a pure power function. */
export const powerTransfer = (exponent: number): TransferFunction => sdr((v) => v ** exponent)

export const linearTransfer: TransferFunction = sdr((v) => v)

/** The transfer function of sRGB (IEC 61966-2-1). */
export const srgbTransfer: TransferFunction = sdr((v) =>
  v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4,
)

/** The transfer function of SMPTE ST 240. */
export const smpte240Transfer: TransferFunction = sdr((v) =>
  v < 0.0913 ? v / 4 : ((v + 0.1115) / 1.1115) ** (1 / 0.45),
)

/** The transfer function of digital cinema (SMPTE ST 428-1). */
export const smpte428Transfer: TransferFunction = sdr((v) => (v ** 2.6 * 52.37) / 48)

/** The transfer function PQ (SMPTE ST 2084). The channel value 1 stands for 10,000 nits. */
export const pqTransfer: TransferFunction = {
  toLinear: (v) => {
    const [m1, m2] = [2610 / 16384, (2523 / 4096) * 128]
    const [c1, c2, c3] = [3424 / 4096, (2413 / 4096) * 32, (2392 / 4096) * 32]
    const p = v ** (1 / m2)
    return ((Math.max(p - c1, 0) / (c2 - c3 * p)) ** (1 / m1) * 10_000) / referenceWhiteNits
  },
  range: 'hdr',
  isSceneLight: false,
}

/**
 * The transfer function HLG (ARIB STD-B67, BT.2100), to scene light. The channel value 1 stands for the peak
 * of scene light.
 */
export const hlgTransfer: TransferFunction = {
  toLinear: (v) => {
    const [a, b, c] = [0.17883277, 0.28466892, 0.55991073]
    return v <= 0.5 ? v ** 2 / 3 : (Math.exp((v - c) / a) + b) / 12
  },
  range: 'hdr',
  isSceneLight: true,
}

/** Encodes linear light as sRGB: the inverse of `srgbTransfer`. */
export const encodeSrgb = (light: number): number =>
  light <= 0.0031308 ? light * 12.92 : 1.055 * light ** (1 / 2.4) - 0.055

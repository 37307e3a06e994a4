import { matrixBetween, srgbChromaticities } from './chromaticities.ts'
import { bt2020Chromaticities } from './cicp.ts'
import type { SourceColour } from './source-colour.ts'
import { createToneMap } from './tone-map.ts'
import { encodeSrgb, referenceWhiteNits, type TransferFunction } from './transfer.ts'

type PixelSamples = {
  /** Interleaved samples: red, green, blue, and alpha if there are four channels. */
  readonly data: Uint8Array | Uint16Array
  readonly channels: 3 | 4
  /** The sample value that stands for 1. */
  readonly max: number
}

type Encoded = Extract<SourceColour, { readonly _tag: 'Encoded' }>

/**
 * Resolution of the lookup table from linear light to sRGB. In dark colours, 20 steps of the table are one
 * step of 8-bit sRGB.
 */
const steps = 65_535

let srgbTable: Uint8Array | undefined
const srgbValues = (): Uint8Array => {
  srgbTable ??= Uint8Array.from({ length: steps + 1 }, (_, i) => Math.round(encodeSrgb(i / steps) * 255))
  return srgbTable
}
const srgb16Values = (): Uint16Array =>
  Uint16Array.from({ length: steps + 1 }, (_, i) => Math.round(encodeSrgb(i / steps) * 65_535))

const lightOf = (transfer: TransferFunction, { data, max }: PixelSamples): Float64Array =>
  Float64Array.from({ length: data.BYTES_PER_ELEMENT === 1 ? 256 : 65_536 }, (_, value) =>
    transfer.toLinear(Math.min(value / max, 1)),
  )

/**
 * Returns the factor from scene light to display light of HLG. A display of 1,000 nits multiplies scene light
 * by its luminance to the power of 0.2 (BT.2100).
 */
const displayGain = (r: number, g: number, b: number): number =>
  ((0.2627 * r + 0.678 * g + 0.0593 * b) ** 0.2 * 1000) / referenceWhiteNits

type Values = Uint8Array | Uint16Array

const srgbValueOf = (values: Values, linear: number): number =>
  values[linear <= 0 ? 0 : linear >= 1 ? steps : Math.round(linear * steps)] ?? 0

// The two loops below run over millions of pixels, so they use plain numbers and tables and allocate nothing.

/** Tone-maps in linear BT.2020, with one factor for all channels of a pixel to preserve its hue. */
const fromHdr = (
  samples: PixelSamples,
  { chromaticities, transfer, peakNits }: Encoded,
  values: Values,
  out: Values,
): void => {
  const { data, channels } = samples
  const light = lightOf(transfer, samples)
  const [[ar, ag, ab], [cr, cg, cb], [dr, dg, db]] = matrixBetween(chromaticities, bt2020Chromaticities)
  const [[rr, rg, rb], [gr, gg, gb], [br, bg, bb]] = matrixBetween(bt2020Chromaticities, srgbChromaticities)
  const toneMap = createToneMap(peakNits)
  for (let i = 0; i < data.length; i += channels) {
    const x = light[data[i] ?? 0] ?? 0
    const y = light[data[i + 1] ?? 0] ?? 0
    const z = light[data[i + 2] ?? 0] ?? 0
    const r = Math.max(ar * x + ag * y + ab * z, 0)
    const g = Math.max(cr * x + cg * y + cb * z, 0)
    const b = Math.max(dr * x + dg * y + db * z, 0)
    const display = transfer.isSceneLight ? displayGain(r, g, b) : 1
    const gain = display * toneMap(Math.max(r, g, b) * display)
    out[i] = srgbValueOf(values, gain * (rr * r + rg * g + rb * b))
    out[i + 1] = srgbValueOf(values, gain * (gr * r + gg * g + gb * b))
    out[i + 2] = srgbValueOf(values, gain * (br * r + bg * g + bb * b))
  }
}

const fromSdr = (
  samples: PixelSamples,
  { chromaticities, transfer }: Encoded,
  values: Values,
  out: Values,
): void => {
  const { data, channels } = samples
  const light = lightOf(transfer, samples)
  const [[rr, rg, rb], [gr, gg, gb], [br, bg, bb]] = matrixBetween(chromaticities, srgbChromaticities)
  for (let i = 0; i < data.length; i += channels) {
    const r = light[data[i] ?? 0] ?? 0
    const g = light[data[i + 1] ?? 0] ?? 0
    const b = light[data[i + 2] ?? 0] ?? 0
    out[i] = srgbValueOf(values, rr * r + rg * g + rb * b)
    out[i + 1] = srgbValueOf(values, gr * r + gg * g + gb * b)
    out[i + 2] = srgbValueOf(values, br * r + bg * g + bb * b)
  }
}

const convert = (samples: PixelSamples, colour: Encoded, values: Values, out: Values): void =>
  colour.transfer.range === 'hdr'
    ? fromHdr(samples, colour, values, out)
    : fromSdr(samples, colour, values, out)

/** Converts samples to sRGB with 8 bits per channel. Limits each channel to the range of sRGB. */
export const toSrgb = (samples: PixelSamples, colour: Encoded): Uint8Array => {
  const { data, channels, max } = samples
  const out = new Uint8Array(data.length)
  convert(samples, colour, srgbValues(), out)
  if (channels === 4)
    for (let i = 3; i < data.length; i += 4) out[i] = Math.round(Math.min((data[i] ?? 0) / max, 1) * 255)
  return out
}

/** Converts samples as `toSrgb` does, but to 16 bits per channel and without alpha. */
export const toSrgb16 = (samples: PixelSamples & { readonly channels: 3 }, colour: Encoded): Uint16Array => {
  const out = new Uint16Array(samples.data.length)
  convert(samples, colour, srgb16Values(), out)
  return out
}

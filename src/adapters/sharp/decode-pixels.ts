import sharp, { type Metadata, type OutputInfo, type Sharp } from 'sharp'
import { toSrgb } from '../../domain/colour/to-srgb.ts'
import { maxSideByFormat } from '../../domain/ingest/plan/image-plan.ts'
import type { OpenedImage } from './open-image.ts'

/** Decoded pixels: upright, sRGB, 8 bits per channel, without metadata. */
export type DecodedPixels = {
  readonly data: Uint8Array
  readonly info: Pick<OutputInfo, 'width' | 'height' | 'channels'>
}

export const fromPixels = ({ data, info: { width, height, channels } }: DecodedPixels): Sharp =>
  sharp(data, { raw: { width, height, channels }, limitInputPixels: false })

/**
 * Limits the width, and also the height: no export is higher than JPEG permits, because of all formats JPEG
 * permits the greatest height.
 */
const resizeToWidth = (image: Sharp, width: number): Sharp =>
  image.resize({ width, height: maxSideByFormat.jpeg, fit: 'inside', withoutEnlargement: true })

export const scalePixels = (image: Sharp, width: number): Promise<DecodedPixels> =>
  resizeToWidth(image, width).raw().toBuffer({ resolveWithObject: true })

/** Decodes an image, and scales it to `width`. Converts it to sRGB from the colour space that its header states. */
export const decodePixels = async (image: OpenedImage, width: number): Promise<DecodedPixels> =>
  withoutOpaqueAlpha(await decodeBy(image, width))

const decodeBy = ({ colour, header, decode }: OpenedImage, width: number): Promise<DecodedPixels> => {
  switch (colour._tag) {
    case 'Srgb':
      return scalePixels(decode({ ignoreIcc: true }).toColourspace('srgb'), width)
    case 'Icc':
      // libvips converts to Display P3 at 16 bits, and the pixels stay in Display P3 unless an output profile
      // is given. A source without a profile must not get one, because libvips would interpret its 16-bit
      // values as Display P3.
      return scalePixels(decode().toColourspace('srgb').withIccProfile('srgb'), width)
    case 'DeviceCmyk':
      return fromCmyk(decode({ ignoreIcc: true }), width)
    case 'Encoded':
      return fromEncoded(decode({ ignoreIcc: true }), header, width, (samples) => toSrgb(samples, colour))
  }
}

type Samples = Parameters<typeof toSrgb>[0]

const fromEncoded = async (
  image: Sharp,
  header: Metadata,
  width: number,
  convert: (samples: Samples) => Uint8Array,
): Promise<DecodedPixels> => {
  const isDeep = header.depth === 'ushort'
  const { data, info } = await resizeToWidth(image, width)
    .toColourspace(isDeep ? 'rgb16' : 'srgb')
    .raw({ depth: isDeep ? 'ushort' : 'uchar' })
    .toBuffer({ resolveWithObject: true })
  const channels = info.channels === 4 ? 4 : 3
  const samples = isDeep ? new Uint16Array(data.buffer, data.byteOffset, data.length / 2) : data
  return {
    data: convert({ data: samples, channels, max: isDeep ? deepMax(header) : 255 }),
    info: { width: info.width, height: info.height, channels },
  }
}

/**
 * Returns the maximum sample value. libvips shifts samples of 10 and 12 bits left to 16 bits, so the low bits
 * of each sample are zeros.
 */
const deepMax = ({ bitsPerSample = 16 }: Metadata): number =>
  bitsPerSample > 8 && bitsPerSample < 16 ? (2 ** bitsPerSample - 1) * 2 ** (16 - bitsPerSample) : 65_535

/** Converts CMYK without a profile as browsers do: each ink absorbs its share of the light. */
const fromCmyk = async (image: Sharp, width: number): Promise<DecodedPixels> => {
  // Both `pipelineColourspace` and `toColourspace` are necessary. Otherwise libvips converts to sRGB and back
  // with a built-in profile.
  const { data, info } = await resizeToWidth(image, width)
    .pipelineColourspace('cmyk')
    .toColourspace('cmyk')
    .raw()
    .toBuffer({ resolveWithObject: true })
  const out = new Uint8Array((data.length / info.channels) * 3)
  for (let from = 0, to = 0; from < data.length; from += info.channels, to += 3) {
    const light = 255 - (data[from + 3] ?? 0)
    for (let ink = 0; ink < 3; ink += 1)
      out[to + ink] = Math.round(((255 - (data[from + ink] ?? 0)) * light) / 255)
  }
  return { data: out, info: { width: info.width, height: info.height, channels: 3 } }
}

/** Removes an alpha channel that is fully opaque, because such a channel only costs bytes. */
const withoutOpaqueAlpha = async (pixels: DecodedPixels): Promise<DecodedPixels> => {
  const { data, info } = pixels
  if (info.channels !== 2 && info.channels !== 4) return pixels
  for (let i = info.channels - 1; i < data.length; i += info.channels) if (data[i] !== 255) return pixels
  return fromPixels(pixels).removeAlpha().raw().toBuffer({ resolveWithObject: true })
}

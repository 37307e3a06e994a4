import sharp, { type Metadata, type OutputInfo, type Sharp } from 'sharp'
import { toSrgb } from '../../domain/colour/to-srgb.ts'
import { longestSide } from '../../domain/ingest/plan/image-plan.ts'
import type { Picture } from './open-picture.ts'

/** Decoded: upright, sRGB, 8 bits a channel. Whatever else the source said of itself is gone. */
export type Pixels = {
  readonly data: Uint8Array
  readonly info: Pick<OutputInfo, 'width' | 'height' | 'channels'>
}

export const fromPixels = ({ data, info: { width, height, channels } }: Pixels): Sharp =>
  sharp(data, { raw: { width, height, channels }, limitInputPixels: false })

/** Higher than that no format can hold it. */
const fitting = (picture: Sharp, width: number): Sharp =>
  picture.resize({ width, height: longestSide.jpeg, fit: 'inside', withoutEnlargement: true })

export const scalePixels = (picture: Sharp, width: number): Promise<Pixels> =>
  fitting(picture, width).raw().toBuffer({ resolveWithObject: true })

/** Decodes to a width, and to sRGB by what the header says the values mean. */
export const decodePixels = async (picture: Picture, width: number): Promise<Pixels> =>
  withoutOpaqueAlpha(await decodeBy(picture, width))

const decodeBy = ({ colour, header, decode }: Picture, width: number): Promise<Pixels> => {
  switch (colour._tag) {
    case 'Srgb':
      return scalePixels(decode({ ignoreIcc: true }).toColourspace('srgb'), width)
    case 'Icc':
      // The profile is named since libvips works at 16 bits in Display P3, and would leave the pixels there. Without
      // one in the source it must not be: libvips would take 16-bit values for Display P3.
      return scalePixels(decode().toColourspace('srgb').withIccProfile('srgb'), width)
    case 'DeviceCmyk':
      return fromInk(decode({ ignoreIcc: true }), width)
    case 'Encoded':
      return fromEncoded(decode({ ignoreIcc: true }), header, width, (samples) => toSrgb(samples, colour))
  }
}

type Samples = Parameters<typeof toSrgb>[0]

const fromEncoded = async (
  picture: Sharp,
  header: Metadata,
  width: number,
  convert: (samples: Samples) => Uint8Array,
): Promise<Pixels> => {
  const isDeep = header.depth === 'ushort'
  const { data, info } = await fitting(picture, width)
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

/** libvips shifts samples of 10 and 12 bits up to 16, so that the greatest value has zeros at its end. */
const deepMax = ({ bitsPerSample = 16 }: Metadata): number =>
  bitsPerSample > 8 && bitsPerSample < 16 ? (2 ** bitsPerSample - 1) * 2 ** (16 - bitsPerSample) : 65_535

/** Without a profile of a press, ink is what browsers make of it: each takes its part of the light away. */
const fromInk = async (picture: Sharp, width: number): Promise<Pixels> => {
  // Named twice: otherwise libvips would go to sRGB and back, by a profile of its own.
  const { data, info } = await fitting(picture, width)
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

/** An alpha plane that is opaque throughout costs bytes and says nothing. */
const withoutOpaqueAlpha = async (pixels: Pixels): Promise<Pixels> => {
  const { data, info } = pixels
  if (info.channels !== 2 && info.channels !== 4) return pixels
  for (let i = info.channels - 1; i < data.length; i += info.channels) if (data[i] !== 255) return pixels
  return fromPixels(pixels).removeAlpha().raw().toBuffer({ resolveWithObject: true })
}

import type { SourceColour } from './source-colour.ts'
import { toSrgb16 } from './to-srgb.ts'

/**
 * Number of grid points along each axis. With half as many, the mean error in HDR would be one level of 255.
 */
const side = 65

/**
 * Returns the conversion of a colour space to sRGB as a 3D lookup table in Adobe's Cube LUT format 1.0. Red
 * varies fastest.
 */
export const colourCube = (colour: Extract<SourceColour, { readonly _tag: 'Encoded' }>): string => {
  const max = side - 1
  const data = new Uint16Array(side ** 3 * 3)
  for (let i = 0; i < side ** 3; i += 1)
    data.set([i % side, Math.floor(i / side) % side, Math.floor(i / side ** 2)], 3 * i)
  const srgb = toSrgb16({ data, channels: 3, max }, colour)
  const lines: string[] = []
  for (let i = 0; i < srgb.length; i += 3)
    lines.push([...srgb.subarray(i, i + 3)].map((value) => (value / 65_535).toFixed(5)).join(' '))
  return `LUT_3D_SIZE ${side}\n${lines.join('\n')}\n`
}

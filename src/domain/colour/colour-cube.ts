import type { SourceColour } from './source-colour.ts'
import { toDeepSrgb } from './to-srgb.ts'

/** Points along each side: with half as many, HDR is off by a level of 255 on average. */
const side = 65

/**
 * What the values of a colour space become in sRGB, as a table in three dimensions in the form of Adobe's Cube LUT
 * specification 1.0: red goes fastest.
 */
export const colourCube = (colour: Extract<SourceColour, { readonly _tag: 'Encoded' }>): string => {
  const max = side - 1
  const data = new Uint16Array(side ** 3 * 3)
  for (let i = 0; i < side ** 3; i += 1)
    data.set([i % side, Math.floor(i / side) % side, Math.floor(i / side ** 2)], 3 * i)
  const srgb = toDeepSrgb({ data, channels: 3, max }, colour)
  const lines: string[] = []
  for (let i = 0; i < srgb.length; i += 3)
    lines.push([...srgb.subarray(i, i + 3)].map((value) => (value / 65_535).toFixed(5)).join(' '))
  return `LUT_3D_SIZE ${side}\n${lines.join('\n')}\n`
}

import type { Rendition } from '../../ports/transcoder.ts'
import type { CutPart } from './cutter.ts'

export type CutRendition = Omit<Rendition, 'parts'> & { readonly parts: ReadonlyArray<CutPart> }

/**
 * Throws when what was cut breaks a promise of the port. The cutter has seen to it that time starts at 0 and has no
 * gaps, and that each fragment starts with a key picture.
 */
export const checkRenditions = (renditions: ReadonlyArray<CutRendition>): void => {
  const [first, ...others] = renditions.filter(({ video }) => video !== null)
  if (first === undefined) return
  for (const { name, parts, timescale } of others) {
    // Compared as whole numbers: two timescales may name one instant by different fractions.
    const aligned = parts.every(
      ({ startTicks }, i) =>
        startTicks * first.timescale === (first.parts[i]?.startTicks ?? Number.NaN) * timescale,
    )
    if (!aligned || parts.length !== first.parts.length)
      throw new Error(`the parts of ${name} and ${first.name} do not start together`)
  }
}

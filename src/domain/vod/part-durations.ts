import type { ContentPart } from '../media/content-export.ts'

export type Timed = Pick<ContentPart, 'durationTicks' | 'timescale'>

/**
 * How long each part lasts, in whole units. What rounding takes from one is given to the next, so that the sum of
 * any first n is within half a unit of the truth, and exact where the parts count in that unit.
 */
export const durationsOf = (parts: ReadonlyArray<Timed>, unitsPerSecond: number): ReadonlyArray<number> => {
  let carried = 0
  return parts.map(({ durationTicks, timescale }) => {
    const exact = (durationTicks / timescale) * unitsPerSecond + carried
    const written = Math.round(exact)
    carried = exact - written
    return written
  })
}

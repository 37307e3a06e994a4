import type { ContentPart } from '../media/content-export.ts'

export type TimedPart = Pick<ContentPart, 'durationTicks' | 'timescale'>

/**
 * Returns the duration of each segment, in whole units. The rounding error is carried to the next segment, so
 * that each partial sum is within half a unit of the exact time, and exact if the timescale is that unit.
 */
export const roundPartDurations = (
  parts: ReadonlyArray<TimedPart>,
  unitsPerSecond: number,
): ReadonlyArray<number> => {
  let carried = 0
  return parts.map(({ durationTicks, timescale }) => {
    const exact = (durationTicks / timescale) * unitsPerSecond + carried
    const rounded = Math.round(exact)
    carried = exact - rounded
    return rounded
  })
}

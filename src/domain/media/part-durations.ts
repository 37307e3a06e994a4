import type { ContentPart } from './content-export.ts'

export type TimedPart = Pick<ContentPart, 'durationTicks' | 'timescale'>

/**
 * Returns the duration of each segment, in whole units of time. The rounding error of a segment is carried to
 * the next one, so that each sum from the start differs from the exact time by at most half a unit. If the
 * timescale has the same unit, the durations are exact.
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

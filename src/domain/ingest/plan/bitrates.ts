/** What counts of a part for the rate of its rendition. `durationTicks` is above 0. */
export type MeasuredPart = { readonly bytes: number; readonly durationTicks: number }

/** Bits per second, whole, rounded up. */
export type Bitrates = { readonly peak: number; readonly average: number }

/** The smallest EXT-X-TARGETDURATION that holds for parts of these durations: RFC 8216bis §4.4.3.1. */
export const targetDurationOf = (partSeconds: ReadonlyArray<number>): number =>
  partSeconds.reduce((target, seconds) => Math.max(target, Math.round(seconds)), 1)

/**
 * The rates of a rendition, containers included, init segment left out. The peak is as RFC 8216bis §4.1 has it:
 * the largest rate of any run of parts that lasts for 0.5 to 1.5 target durations. A part that is in no such run (a
 * short one beside long ones) counts with the shortest runs that begin or end with it and last for half a target. A
 * list that is shorter than that has the rate of its busiest part. The average is never more than the peak.
 */
export const measureBitrates = (
  parts: ReadonlyArray<MeasuredPart>,
  timescale: number,
  targetDuration: number,
): Bitrates => {
  const [shortest, longest] = [0.5 * targetDuration * timescale, 1.5 * targetDuration * timescale]
  let busiest = 0
  // The run that is looked at: parts `first` up to, and without, `end`; it is the least that lasts long enough.
  let [end, ticks, bytes] = [0, 0, 0]
  // Parts before this one are in a run, or were looked at.
  let counted = 0
  const countAlone = (until: number) => {
    for (; counted < until; counted++) busiest = Math.max(busiest, rateAround(parts, counted, shortest))
  }
  for (const [first, part] of parts.entries()) {
    for (let next = parts[end]; next !== undefined && ticks < shortest; next = parts[++end]) {
      ticks += next.durationTicks
      bytes += next.bytes
    }
    if (ticks < shortest) break
    if (ticks <= longest) {
      const run = busiestRun(parts, { end, ticks, bytes }, longest)
      busiest = Math.max(busiest, run.rate)
      countAlone(first)
      counted = Math.max(counted, run.end)
    }
    ticks -= part.durationTicks
    bytes -= part.bytes
  }
  countAlone(parts.length)
  const average = parts.length === 0 ? 0 : rateOf(parts.reduce(plus, NOTHING))
  const perSecond = (bytesPerTick: number) => Math.max(0, Math.ceil(bytesPerTick * 8 * timescale - ROUNDING))
  return { peak: perSecond(Math.max(busiest, average)), average: perSecond(average) }
}

/** Of the shortest runs that begin or end with a part and last long enough; of the part alone where none does. */
const rateAround = (parts: ReadonlyArray<MeasuredPart>, at: number, shortest: number): number => {
  const rates = [1, -1].flatMap((step) => {
    let run = NOTHING
    for (let i = at; run.durationTicks < shortest; i += step) {
      const part = parts[i]
      if (part === undefined) return []
      run = plus(run, part)
    }
    return [rateOf(run)]
  })
  const part = parts[at]
  return rates.length > 0 || part === undefined ? Math.max(0, ...rates) : rateOf(part)
}

/** Far below one bit, far above what floating point loses: 1,000,000 bit/s is not to become 1,000,001. */
const ROUNDING = 1e-6

const rateOf = ({ bytes, durationTicks }: MeasuredPart): number => bytes / durationTicks

const NOTHING: MeasuredPart = { bytes: 0, durationTicks: 0 }

const plus = (a: MeasuredPart, b: MeasuredPart): MeasuredPart => ({
  bytes: a.bytes + b.bytes,
  durationTicks: a.durationTicks + b.durationTicks,
})

/** Lengthens a run part by part while it lasts for at most `longest`; `end`: of the longest such run. */
const busiestRun = (
  parts: ReadonlyArray<MeasuredPart>,
  run: { readonly end: number; readonly ticks: number; readonly bytes: number },
  longest: number,
): { readonly rate: number; readonly end: number } => {
  let { end, ticks, bytes } = run
  let rate = 0
  for (;;) {
    rate = Math.max(rate, bytes / ticks)
    const next = parts[end]
    if (next === undefined || ticks + next.durationTicks > longest) return { rate, end }
    ticks += next.durationTicks
    bytes += next.bytes
    end++
  }
}

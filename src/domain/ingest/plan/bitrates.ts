/** What counts of a part for the rate of its rendition. `durationTicks` is above 0. */
export type MeasuredPart = { readonly bytes: number; readonly durationTicks: number }

/** Bits per second, whole, rounded up. */
export type Bitrates = { readonly peak: number; readonly average: number }

/** The smallest EXT-X-TARGETDURATION that holds for parts of these durations: RFC 8216bis §4.4.3.1. */
export const targetDurationOf = (partSeconds: ReadonlyArray<number>): number =>
  partSeconds.reduce((target, seconds) => Math.max(target, Math.round(seconds)), 1)

/**
 * The rates of a rendition, containers included, init segment left out. The peak is as RFC 8216bis §4.1 has it:
 * the largest rate of any run of parts that lasts for 0.5 to 1.5 target durations. A list with no such run, as
 * one very short part, has the rate of its busiest part.
 */
export const measureBitrates = (
  parts: ReadonlyArray<MeasuredPart>,
  timescale: number,
  targetDuration: number,
): Bitrates => {
  const [shortest, longest] = [0.5 * targetDuration * timescale, 1.5 * targetDuration * timescale]
  const peaks: number[] = []
  // The run that is looked at: parts `first` up to, and without, `end`; it is the least that lasts long enough.
  let [end, ticks, bytes] = [0, 0, 0]
  for (const first of parts) {
    for (let part = parts[end]; part !== undefined && ticks < shortest; part = parts[++end]) {
      ticks += part.durationTicks
      bytes += part.bytes
    }
    if (ticks < shortest) break
    if (ticks <= longest) peaks.push(busiestRun(parts, { end, ticks, bytes }, longest))
    ticks -= first.durationTicks
    bytes -= first.bytes
  }
  const busiest = (peaks.length > 0 ? peaks : parts.map(rateOf)).reduce(
    (most, rate) => Math.max(most, rate),
    0,
  )
  const total = parts.reduce(plus, { bytes: 0, durationTicks: 0 })
  const perSecond = (bytesPerTick: number) => Math.max(0, Math.ceil(bytesPerTick * 8 * timescale - ROUNDING))
  return { peak: perSecond(busiest), average: parts.length === 0 ? 0 : perSecond(rateOf(total)) }
}

/** Far below one bit, far above what floating point loses: 1,000,000 bit/s is not to become 1,000,001. */
const ROUNDING = 1e-6

const rateOf = ({ bytes, durationTicks }: MeasuredPart): number => bytes / durationTicks

const plus = (a: MeasuredPart, b: MeasuredPart): MeasuredPart => ({
  bytes: a.bytes + b.bytes,
  durationTicks: a.durationTicks + b.durationTicks,
})

/** Lengthens a run part by part while it lasts for at most `longest`. */
const busiestRun = (
  parts: ReadonlyArray<MeasuredPart>,
  run: { readonly end: number; readonly ticks: number; readonly bytes: number },
  longest: number,
): number => {
  let { end, ticks, bytes } = run
  let busiest = 0
  while (ticks <= longest) {
    busiest = Math.max(busiest, bytes / ticks)
    const next = parts[end++]
    if (next === undefined) break
    ticks += next.durationTicks
    bytes += next.bytes
  }
  return busiest
}

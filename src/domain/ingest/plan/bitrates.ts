/** The fields of a part on which the bit rate of its rendition depends. `durationTicks` is above 0. */
export type MeasuredPart = { readonly bytes: number; readonly durationTicks: number }

/** Bits per second, whole, rounded up. */
export type Bitrates = { readonly peak: number; readonly average: number }

/**
 * Returns the smallest EXT-X-TARGETDURATION that is valid for parts of these durations
 * (RFC 8216bis §4.4.3.1).
 */
export const targetDurationOf = (partSeconds: ReadonlyArray<number>): number =>
  partSeconds.reduce((target, seconds) => Math.max(target, Math.round(seconds)), 1)

/**
 * Returns the bit rates of a rendition, with container overhead, without the init segment. The peak follows
 * RFC 8216bis §4.1: the largest rate of any run of parts that lasts 0.5 to 1.5 target durations. A part in no
 * such run (a short one next to long ones) counts with the shortest runs of at least half a target duration
 * that start or end with it. In a playlist shorter than that, each part counts alone. The average never
 * exceeds the peak.
 */
export const measureBitrates = (
  parts: ReadonlyArray<MeasuredPart>,
  timescale: number,
  targetDuration: number,
): Bitrates => {
  const [shortest, longest] = [0.5 * targetDuration * timescale, 1.5 * targetDuration * timescale]
  let busiest = 0
  // The current run has the parts from `first` up to, and without, `end`. It is the shortest one that lasts
  // long enough.
  let [end, ticks, bytes] = [0, 0, 0]
  // All parts before this index are in a run, or were counted alone.
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

/**
 * Returns the highest rate of the shortest runs that start or end with a part and last long enough; the
 * part's own rate if there is no such run.
 */
const rateAround = (parts: ReadonlyArray<MeasuredPart>, index: number, shortest: number): number => {
  const rates = [1, -1].flatMap((step) => {
    let run = NOTHING
    for (let i = index; run.durationTicks < shortest; i += step) {
      const part = parts[i]
      if (part === undefined) return []
      run = plus(run, part)
    }
    return [rateOf(run)]
  })
  const part = parts[index]
  return rates.length > 0 || part === undefined ? Math.max(0, ...rates) : rateOf(part)
}

/**
 * Far below 1 bit/s, and far above the floating-point error: 1,000,000 bit/s must not be rounded up to
 * 1,000,001.
 */
const ROUNDING = 1e-6

const rateOf = ({ bytes, durationTicks }: MeasuredPart): number => bytes / durationTicks

const NOTHING: MeasuredPart = { bytes: 0, durationTicks: 0 }

const plus = (a: MeasuredPart, b: MeasuredPart): MeasuredPart => ({
  bytes: a.bytes + b.bytes,
  durationTicks: a.durationTicks + b.durationTicks,
})

/**
 * Extends a run part by part up to `longest`. `rate`: the highest rate of all these runs. `end`: the end of
 * the longest of them.
 */
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

/** Pictures that are looked at together. */
const STEPS = 8
/** Times are off by some milliseconds, and pictures get lost: rates that differ by no more may be one rate. */
const ALIKE = 0.85
const NEAR = 0.02
/** A rate that is held for less is a burst. A film that is shorter than twice as long has it for half of its time. */
const HELD_SECONDS = 0.25
/** Rates are counted in steps of 0.05 %, so that a film of any length takes as much room. */
const STEP = Math.log(1.0005)

type Counted = { readonly rate: number; readonly seconds: number }

/**
 * Takes the times of pictures, in the order of decoding, and tells how many there are a second where they are densest for
 * a while.
 */
export const createPeakRate = () => {
  const counted = new Map<number, Counted>()
  let times: number[] = []
  return {
    take: (time: number): void => {
      const last = times.at(-1) ?? Number.NEGATIVE_INFINITY
      // Where the clock jumps the count begins anew.
      if (!(time > last)) times = []
      times.push(time)
      if (times.length > STEPS + 1) times.shift()
      if (times.length <= STEPS) return
      const [rate, seconds] = [STEPS / (time - (times[0] ?? 0)), time - last]
      const key = Math.round(Math.log(rate) / STEP)
      const before = counted.get(key) ?? { rate, seconds: 0 }
      counted.set(key, { rate: before.rate, seconds: before.seconds + seconds })
    },
    /** 0 where there are too few to say. */
    rate: (): number => {
      const rates = [...counted.values()].toSorted((a, b) => b.rate - a.rate)
      const band = densestBand(rates)
      const median = medianOf(band)
      // Times that are rounded (to milliseconds, in Matroska) are so to either side of the true rate.
      const near = band.filter(({ rate }) => Math.abs(rate - median) <= NEAR * median)
      const seconds = secondsOf(near)
      return seconds === 0 ? 0 : near.reduce((sum, one) => sum + one.rate * one.seconds, 0) / seconds
    },
  }
}

/** Of `rates`, the highest first: those alike that are held for the longest time, of all that are like the highest held. */
const densestBand = (rates: ReadonlyArray<Counted>): ReadonlyArray<Counted> => {
  const held = Math.min(HELD_SECONDS, secondsOf(rates) / 2)
  let [end, seconds, highest] = [0, 0, 0]
  let best = { start: 0, end: 0, seconds: 0 }
  for (const [start, top] of rates.entries()) {
    for (; (rates[end]?.rate ?? 0) >= ALIKE * top.rate; end++) seconds += rates[end]?.seconds ?? 0
    if (highest === 0 && seconds >= held) highest = top.rate
    if (top.rate < ALIKE * highest) break
    if (highest > 0 && seconds > best.seconds) best = { start, end, seconds }
    seconds -= top.seconds
  }
  return rates.slice(best.start, best.end)
}

const secondsOf = (rates: ReadonlyArray<Counted>): number =>
  rates.reduce((sum, { seconds }) => sum + seconds, 0)

/** By the time that each rate was there. */
const medianOf = (rates: ReadonlyArray<Counted>): number => {
  let left = secondsOf(rates) / 2
  for (const { rate, seconds } of rates) {
    left -= seconds
    if (left <= 0) return rate
  }
  return 0
}

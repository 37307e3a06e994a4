import { TICKS_PER_SECOND, TIMESTAMP_WRAP } from './packets.ts'

/** A timestamp with a larger distance from the previous one belongs to another clock. */
const FAR = 10 * TICKS_PER_SECOND
/** Decoding timestamps go back only by rounding errors; presentation timestamps, by some reordered frames. */
const ROUNDING = 0.005 * TICKS_PER_SECOND
const REORDERING = 0.5 * TICKS_PER_SECOND
/** Longest distance of two frames without a gap. */
const LONGEST_STEP = 2 * TICKS_PER_SECOND

/** A clock of the source: a timestamp on it (`raw`) and the same instant on the continuous clock (`mapped`). */
type Era = { readonly index: number; raw: number; mapped: number }

/** The latest timestamp of a stream. */
type Reading = {
  /** Its index among all timestamps of the file. */
  readonly ordinal: number
  readonly era: Era
  readonly raw: number
  readonly mapped: number
  /** Distance from the previous timestamp. */
  readonly step: number
  /** Estimated duration of the frame. */
  readonly duration: number
  /** The previous reading if it is far away: then this timestamp may be damaged. */
  readonly before: Reading | null
}

/** Facts about a whole file, for a second pass over it. */
export type ClockFacts = {
  /** For each clock, the longest time by which a stream would overlap its own end on the previous clock. */
  readonly overlaps: ReadonlyArray<number>
  /** Indexes of damaged timestamps, ascending: the stream's next timestamp continues from the one before. */
  readonly damaged: ReadonlyArray<number>
}

export type ContinuousClock = {
  /**
   * Maps a `raw` decoding timestamp of a stream to the continuous clock. Call it in file order.
   * `isPts`: it is a presentation timestamp, of a stream without decoding timestamps.
   * `durationOf`: estimates the duration of the frame from the distance to the previous one, in ticks.
   */
  readonly place: (
    stream: number,
    raw: number,
    isPts?: boolean,
    durationOf?: (step: number) => number,
  ) => number
  readonly facts: () => ClockFacts & {
    /** Timestamps must be rewritten: the source changes its clock, or its 33-bit counter wraps. */
    readonly isUneven: boolean
    /** From the first timestamp to the last. */
    readonly ticks: number
  }
}

/**
 * Maps 33-bit timestamps of several streams to one continuous clock. Adjacent packets were sent at one time.
 * A stream that jumps opens a new clock, at the expected time of its next frame. The others stay on the old
 * clock until they jump, too, and join the new one: offsets between streams are preserved. A pause of one
 * stream is no jump. Pauses of all streams up to 10 seconds are preserved.
 */
export const createContinuousClock = (facts: ClockFacts = { overlaps: [], damaged: [] }): ContinuousClock => {
  const readings = new Map<number, Reading>()
  const overlaps: number[] = [0]
  const damaged: number[] = []
  let eras: ReadonlyArray<Era> = []
  let isUneven = false
  let [ordinal, nextDamaged] = [-1, 0]
  let [first, last] = [Number.POSITIVE_INFINITY, 0]

  const addEra = (raw: number, mapped: number): Era => {
    const index = (eras[0]?.index ?? -1) + 1
    const era = { index, raw, mapped: mapped + (facts.overlaps[index] ?? 0) }
    eras = [era, ...eras].slice(0, MAX_ERAS)
    if (index < MAX_CORRECTED) overlaps[index] = 0
    return era
  }

  /** Finds a clock near `raw`, newest first. A stream may return to an older clock but never goes back. */
  const findEra = (raw: number, latest: Reading | undefined, slack: number): Era | undefined =>
    eras.find((era) => {
      const distance = delta(era.raw, raw)
      if (Math.abs(distance) > FAR) return false
      const isNewer = latest === undefined || era.index > latest.era.index
      return isNewer || era.mapped + distance >= latest.mapped - slack
    })

  /** After a small jump a timestamp may be on either clock: it is on the one with the more regular step. */
  const isOnNewest = (latest: Reading, raw: number, gap: number): boolean => {
    const [newest] = eras
    if (newest === undefined || newest.index <= latest.era.index || latest.step === 0) return false
    const gapOnNewest = newest.mapped + delta(newest.raw, raw) - latest.mapped
    return Math.abs(gapOnNewest - latest.step) < Math.abs(gap - latest.step)
  }

  /** Returns the reading to continue from, which is not a damaged one. */
  const readingBefore = (stream: number, raw: number): Reading | undefined => {
    const latest = readings.get(stream)
    if (!latest?.before) return latest
    const gap = delta(latest.before.raw, raw)
    if (gap <= 0 || gap > LONGEST_STEP) return latest
    isUneven = true
    if (damaged.length < MAX_CORRECTED) damaged.push(latest.ordinal)
    if (latest.era !== latest.before.era) eras = eras.filter((era) => era !== latest.era)
    return latest.before
  }

  const place: ContinuousClock['place'] = (stream, raw, isPts = false, durationOf = (step) => step) => {
    ordinal++
    if (ordinal === facts.damaged[nextDamaged]) {
      nextDamaged++
      return nextOf(readings.get(stream), eras[0])
    }
    const latest = readingBefore(stream, raw)
    const gap = latest === undefined ? 0 : delta(latest.raw, raw)
    const slack = isPts ? REORDERING : ROUNDING
    const continues = latest !== undefined && gap >= -slack && gap <= FAR && !isOnNewest(latest, raw, gap)
    const era = continues ? latest.era : (findEra(raw, latest, slack) ?? addEra(raw, nextOf(latest, eras[0])))
    const mapped = continues ? latest.mapped + gap : era.mapped + delta(era.raw, raw)
    if (latest !== undefined) {
      isUneven ||= era !== latest.era || raw + TIMESTAMP_WRAP / 2 < latest.raw
      if (era.index > latest.era.index && era.index < MAX_CORRECTED)
        overlaps[era.index] = Math.max(overlaps[era.index] ?? 0, latest.mapped + latest.duration - mapped)
    }
    const step = latest === undefined ? 0 : Math.min(LONGEST_STEP, Math.max(0, mapped - latest.mapped))
    const duration = durationOf(step)
    const isNear = latest === undefined || Math.abs(gap) <= LONGEST_STEP
    const before = isNear ? null : Object.assign({}, latest, { before: null })
    readings.set(stream, { ordinal, era, raw, mapped, step, duration, before })
    era.raw = raw
    era.mapped = mapped
    first = Math.min(first, mapped)
    last = Math.max(last, mapped + step)
    return mapped
  }

  return { place, facts: () => ({ overlaps, damaged, isUneven, ticks: Math.max(0, last - first) }) }
}

const MAX_ERAS = 8
/** If a file has more damaged timestamps, or more clocks, the later ones are not corrected. */
const MAX_CORRECTED = 100_000

/** The first clock starts late enough for timestamps before the first of the file. */
const START = 20 * TICKS_PER_SECOND

const nextOf = (latest: Reading | undefined, newest: Era | undefined): number =>
  latest === undefined ? (newest?.mapped ?? START) : latest.mapped + latest.duration

/** Signed distance of two timestamps modulo WRAP, at most half of it. */
const delta = (from: number, to: number): number => {
  const distance = (((to - from) % TIMESTAMP_WRAP) + TIMESTAMP_WRAP) % TIMESTAMP_WRAP
  return distance < TIMESTAMP_WRAP / 2 ? distance : distance - TIMESTAMP_WRAP
}

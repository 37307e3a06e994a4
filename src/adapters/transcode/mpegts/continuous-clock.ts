import { TICKS_A_SECOND, WRAP } from './packets.ts'

/** A timestamp with a larger distance from the previous one belongs to another clock. */
const FAR = 10 * TICKS_A_SECOND
/** Decoding timestamps go back only by rounding errors; presentation timestamps, by some reordered frames. */
const ROUNDING = 0.005 * TICKS_A_SECOND
const REORDERING = 0.5 * TICKS_A_SECOND
/** Longest distance of two frames without a gap. */
const LONGEST_STEP = 2 * TICKS_A_SECOND

/** A clock of the source: a timestamp on it (`raw`) and the same instant on the continuous clock (`even`). */
type Era = { readonly index: number; raw: number; even: number }

/** The latest timestamp of a stream. */
type Reading = {
  /** Its index among all timestamps of the file. */
  readonly ordinal: number
  readonly era: Era
  readonly raw: number
  readonly even: number
  /** Distance from the previous timestamp. */
  readonly step: number
  /** Estimated duration of the frame. */
  readonly rest: number
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
   * `isShown`: it is a presentation timestamp, of a stream without decoding timestamps.
   * `restOf`: estimates the duration of the frame from the distance to the previous one, in ticks.
   */
  readonly place: (
    stream: number,
    raw: number,
    isShown?: boolean,
    restOf?: (step: number) => number,
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

  const open = (raw: number, even: number): Era => {
    const index = (eras[0]?.index ?? -1) + 1
    const era = { index, raw, even: even + (facts.overlaps[index] ?? 0) }
    eras = [era, ...eras].slice(0, MAX_ERAS)
    overlaps[index] = 0
    return era
  }

  /** Finds a clock near `raw`, newest first. A stream may return to an older clock but never goes back. */
  const join = (raw: number, own: Reading | undefined, back: number): Era | undefined =>
    eras.find((era) => {
      const distance = between(era.raw, raw)
      if (Math.abs(distance) > FAR) return false
      const isNewer = own === undefined || era.index > own.era.index
      return isNewer || era.even + distance >= own.even - back
    })

  /** After a small jump a timestamp may be on either clock: it is on the one with the more regular step. */
  const isOnNewest = (own: Reading, raw: number, ahead: number): boolean => {
    const [newest] = eras
    if (newest === undefined || newest.index <= own.era.index || own.step === 0) return false
    const jumped = newest.even + between(newest.raw, raw) - own.even
    return Math.abs(jumped - own.step) < Math.abs(ahead - own.step)
  }

  /** Returns the reading to continue from, which is not a damaged one. */
  const lastOf = (stream: number, raw: number): Reading | undefined => {
    const own = readings.get(stream)
    if (!own?.before) return own
    const ahead = between(own.before.raw, raw)
    if (ahead <= 0 || ahead > LONGEST_STEP) return own
    isUneven = true
    if (damaged.length < MAX_DAMAGED) damaged.push(own.ordinal)
    if (own.era !== own.before.era) eras = eras.filter((era) => era !== own.era)
    return own.before
  }

  const place: ContinuousClock['place'] = (stream, raw, isShown = false, restOf = (step) => step) => {
    ordinal++
    if (ordinal === facts.damaged[nextDamaged]) {
      nextDamaged++
      return nextOf(readings.get(stream), eras[0])
    }
    const own = lastOf(stream, raw)
    const ahead = own === undefined ? 0 : between(own.raw, raw)
    const back = isShown ? REORDERING : ROUNDING
    const continues = own !== undefined && ahead >= -back && ahead <= FAR && !isOnNewest(own, raw, ahead)
    const era = continues ? own.era : (join(raw, own, back) ?? open(raw, nextOf(own, eras[0])))
    const even = continues ? own.even + ahead : era.even + between(era.raw, raw)
    if (own !== undefined) {
      isUneven ||= era !== own.era || raw + WRAP / 2 < own.raw
      if (era.index > own.era.index)
        overlaps[era.index] = Math.max(overlaps[era.index] ?? 0, own.even + own.rest - even)
    }
    const step = own === undefined ? 0 : Math.min(LONGEST_STEP, Math.max(0, even - own.even))
    const rest = restOf(step)
    const isNear = own === undefined || Math.abs(ahead) <= LONGEST_STEP
    const before = isNear ? null : Object.assign({}, own, { before: null })
    readings.set(stream, { ordinal, era, raw, even, step, rest, before })
    era.raw = raw
    era.even = even
    first = Math.min(first, even)
    last = Math.max(last, even + step)
    return even
  }

  return { place, facts: () => ({ overlaps, damaged, isUneven, ticks: Math.max(0, last - first) }) }
}

const MAX_ERAS = 8
/** If a file has more damaged timestamps, the later ones are not corrected. */
const MAX_DAMAGED = 100_000

/** The first clock starts late enough for timestamps before the first of the file. */
const START = 20 * TICKS_A_SECOND

const nextOf = (own: Reading | undefined, newest: Era | undefined): number =>
  own === undefined ? (newest?.even ?? START) : own.even + own.rest

/** Signed distance of two timestamps modulo WRAP, at most half of it. */
const between = (from: number, to: number): number => {
  const distance = (((to - from) % WRAP) + WRAP) % WRAP
  return distance < WRAP / 2 ? distance : distance - WRAP
}

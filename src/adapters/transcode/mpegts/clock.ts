import { TICKS_A_SECOND, WRAP } from './packets.ts'

/** A time that is farther from what came before it than this belongs to another clock. */
const FAR = 10 * TICKS_A_SECOND
/** Decoding times of one stream go back by no more than rounding; where they are not told, by some pictures. */
const ROUNDING = 0.005 * TICKS_A_SECOND
const SOME_PICTURES = 0.5 * TICKS_A_SECOND
/** How far a picture or a piece of sound is from the next one, at most, unless there is a gap. */
const LONGEST_STEP = 2 * TICKS_A_SECOND

/** One clock of the source: a time on it, and the time that stands for it. */
type Era = { readonly index: number; raw: number; even: number }

/** The time of a stream that was read last. */
type Reading = {
  /** Which of all times it was. */
  readonly ordinal: number
  readonly era: Era
  readonly raw: number
  readonly even: number
  /** How far it was from the one before. */
  readonly step: number
  /** How long what begins there lasts, as far as is known. */
  readonly rest: number
  /** That one, where the two are far from each other: this one may be damaged. */
  readonly before: Reading | null
}

/** What all of a file teaches, for a second look at it. */
export type Learnt = {
  /** For each clock, by how much a stream on it would begin before its own end on the clock before. */
  readonly overlaps: ReadonlyArray<number>
  /** Which times are damaged, ascending: the next one of the same stream goes on from the one before. */
  readonly damaged: ReadonlyArray<number>
}

export type EvenClock = {
  /**
   * The time on a clock that never jumps of a `raw` decoding time of a stream; times come as they stand in the file.
   * `isShown`: it is the time at which a picture is shown, of a stream that does not tell when it is decoded.
   * `restOf`: how long what begins there lasts, in ticks, where what came before it was so far from it.
   */
  readonly place: (
    stream: number,
    raw: number,
    isShown?: boolean,
    restOf?: (step: number) => number,
  ) => number
  readonly learnt: () => Learnt & {
    /** Times have to be written anew: the source changes its clock, or its counter of 33 bits starts again. */
    readonly isUneven: boolean
    /** From the first time to the last. */
    readonly ticks: number
  }
}

/**
 * Brings times of 33 bits of several streams onto one clock. What stands side by side in the file was sent at one
 * time: where one stream jumps, it opens a new clock, at the time at which it would have gone on; the others are on
 * the old one until they jump, too, and join it. So their distances stay what they are. A stream that pauses while
 * another goes on does not jump, and pauses of all streams up to 10 seconds stay.
 */
export const createEvenClock = (known: Learnt = { overlaps: [], damaged: [] }): EvenClock => {
  const readings = new Map<number, Reading>()
  const overlaps: number[] = [0]
  const damaged: number[] = []
  let eras: ReadonlyArray<Era> = []
  let isUneven = false
  let [ordinal, nextDamaged] = [-1, 0]
  let [first, last] = [Number.POSITIVE_INFINITY, 0]

  const open = (raw: number, even: number): Era => {
    const index = (eras[0]?.index ?? -1) + 1
    const era = { index, raw, even: even + (known.overlaps[index] ?? 0) }
    eras = [era, ...eras].slice(0, KEPT_ERAS)
    overlaps[index] = 0
    return era
  }

  /** A clock that is near, the newest first. A stream may return to an older one, but never goes back in time. */
  const join = (raw: number, own: Reading | undefined, back: number): Era | undefined =>
    eras.find((era) => {
      const distance = between(era.raw, raw)
      if (Math.abs(distance) > FAR) return false
      const isNewer = own === undefined || era.index > own.era.index
      return isNewer || era.even + distance >= own.even - back
    })

  /** Where a clock was opened by a jump so small that a time may be on either: the one on which steps stay alike. */
  const isOnNewest = (own: Reading, raw: number, ahead: number): boolean => {
    const [newest] = eras
    if (newest === undefined || newest.index <= own.era.index || own.step === 0) return false
    const jumped = newest.even + between(newest.raw, raw) - own.even
    return Math.abs(jumped - own.step) < Math.abs(ahead - own.step)
  }

  /** The reading to go on from: not from a damaged one. */
  const lastOf = (stream: number, raw: number): Reading | undefined => {
    const own = readings.get(stream)
    if (!own?.before) return own
    const ahead = between(own.before.raw, raw)
    if (ahead <= 0 || ahead > LONGEST_STEP) return own
    isUneven = true
    if (damaged.length < MOST_DAMAGED) damaged.push(own.ordinal)
    if (own.era !== own.before.era) eras = eras.filter((era) => era !== own.era)
    return own.before
  }

  const place: EvenClock['place'] = (stream, raw, isShown = false, restOf = (step) => step) => {
    ordinal++
    if (ordinal === known.damaged[nextDamaged]) {
      nextDamaged++
      return nextOf(readings.get(stream), eras[0])
    }
    const own = lastOf(stream, raw)
    const ahead = own === undefined ? 0 : between(own.raw, raw)
    const back = isShown ? SOME_PICTURES : ROUNDING
    const goesOn = own !== undefined && ahead >= -back && ahead <= FAR && !isOnNewest(own, raw, ahead)
    const era = goesOn ? own.era : (join(raw, own, back) ?? open(raw, nextOf(own, eras[0])))
    const even = goesOn ? own.even + ahead : era.even + between(era.raw, raw)
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

  return { place, learnt: () => ({ overlaps, damaged, isUneven, ticks: Math.max(0, last - first) }) }
}

const KEPT_ERAS = 8
/** Of a file with more, the later ones are taken as they are. */
const MOST_DAMAGED = 100_000

/** The first clock begins late enough for times before the first of the file. */
const START = 20 * TICKS_A_SECOND

const nextOf = (own: Reading | undefined, newest: Era | undefined): number =>
  own === undefined ? (newest?.even ?? START) : own.even + own.rest

/** From one time to another the short way round. */
const between = (from: number, to: number): number => {
  const distance = (((to - from) % WRAP) + WRAP) % WRAP
  return distance < WRAP / 2 ? distance : distance - WRAP
}

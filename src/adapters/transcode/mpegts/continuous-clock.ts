import { TICKS_PER_SECOND, TIMESTAMP_WRAP } from './packets.ts'

/** Maximum distance in ticks of a timestamp from the previous one on the same clock. */
const FAR = 10 * TICKS_PER_SECOND
/**
 * Maximum backward steps in ticks. Decoding timestamps go back only by rounding errors. Presentation
 * timestamps go back by the distance of reordered frames.
 */
const ROUNDING = 0.005 * TICKS_PER_SECOND
const REORDERING = 0.5 * TICKS_PER_SECOND
/** Maximum distance in ticks of two frames without a gap between them. */
const LONGEST_STEP = 2 * TICKS_PER_SECOND

/**
 * A clock of the source. `raw` is a timestamp of this clock, and `mapped` is the same instant on the
 * continuous clock.
 */
type SourceClock = { readonly index: number; raw: number; mapped: number }

/** The latest timestamp of a stream. */
type StreamTimestamp = {
  /** Index of the timestamp among all timestamps of the file. */
  readonly ordinal: number
  readonly clock: SourceClock
  readonly raw: number
  readonly mapped: number
  /** Ticks from the previous timestamp of the stream to this one. */
  readonly step: number
  /** Estimated duration of the frame in ticks. */
  readonly duration: number
  /**
   * The previous timestamp, if it is far from this one, because this one may be damaged; otherwise `null`.
   */
  readonly before: StreamTimestamp | null
}

/**
 * Facts about the timestamps of a whole file. The first pass over the file collects them, and the second pass
 * uses them.
 */
type ClockFacts = {
  /**
   * For each clock, the maximum time in ticks by which a stream would overlap its own end on the previous
   * clock.
   */
  readonly overlaps: ReadonlyArray<number>
  /**
   * Indexes of damaged timestamps, ascending. After a damaged timestamp, its stream continues from the
   * timestamp before it.
   */
  readonly damaged: ReadonlyArray<number>
}

export type ContinuousClock = {
  /**
   * Maps a `raw` decoding timestamp of a stream to the continuous clock. Must be called in the order of the
   * file. `isPts`: the timestamp is a presentation timestamp, because the stream has no decoding timestamps.
   * `durationOf` estimates the duration of a frame from the distance to the previous one, in ticks.
   */
  readonly place: (
    stream: number,
    raw: number,
    isPts?: boolean,
    durationOf?: (step: number) => number,
  ) => number
  readonly facts: () => ClockFacts & {
    /**
     * Whether timestamps must be rewritten, because the source changes its clock, or because its 33-bit
     * counter wraps.
     */
    readonly isUneven: boolean
    /** Ticks from the first timestamp to the last. */
    readonly ticks: number
  }
}

/**
 * Creates a clock that maps the 33-bit timestamps of several streams to one continuous clock. Adjacent
 * packets are assumed to have been sent at the same time. If a stream jumps, a new clock starts at the
 * expected time of its next frame. Each of the other streams stays on the old clock until it also jumps, and
 * then joins the new clock. So the offsets between streams are preserved. A pause of a single stream is not a
 * jump. Pauses of all streams of up to 10 seconds are preserved.
 */
export const createContinuousClock = (facts: ClockFacts = { overlaps: [], damaged: [] }): ContinuousClock => {
  const latestTimestamps = new Map<number, StreamTimestamp>()
  const overlaps: number[] = [0]
  const damaged: number[] = []
  let clocks: ReadonlyArray<SourceClock> = []
  let isUneven = false
  let [ordinal, nextDamaged] = [-1, 0]
  let [first, last] = [Number.POSITIVE_INFINITY, 0]

  const addClock = (raw: number, mapped: number): SourceClock => {
    const index = (clocks[0]?.index ?? -1) + 1
    const clock = { index, raw, mapped: mapped + (facts.overlaps[index] ?? 0) }
    clocks = [clock, ...clocks].slice(0, MAX_CLOCKS)
    if (index < MAX_CORRECTED) overlaps[index] = 0
    return clock
  }

  /**
   * Finds a clock near `raw`. Searches the newest clock first. A stream may return to an older clock, but its
   * mapped time never goes back.
   */
  const findClock = (
    raw: number,
    latest: StreamTimestamp | undefined,
    slack: number,
  ): SourceClock | undefined =>
    clocks.find((clock) => {
      const distance = delta(clock.raw, raw)
      if (Math.abs(distance) > FAR) return false
      const isNewer = latest === undefined || clock.index > latest.clock.index
      return isNewer || clock.mapped + distance >= latest.mapped - slack
    })

  /**
   * Returns whether a timestamp is on the newest clock. After a small jump the timestamp may be on either
   * clock, so the clock with the more regular step is chosen.
   */
  const isOnNewest = (latest: StreamTimestamp, raw: number, gap: number): boolean => {
    const [newest] = clocks
    if (newest === undefined || newest.index <= latest.clock.index || latest.step === 0) return false
    const gapOnNewest = newest.mapped + delta(newest.raw, raw) - latest.mapped
    return Math.abs(gapOnNewest - latest.step) < Math.abs(gap - latest.step)
  }

  /**
   * Returns the latest timestamp of a stream, or the timestamp before it, if `raw` shows that the latest one
   * is damaged.
   */
  const undamagedBefore = (stream: number, raw: number): StreamTimestamp | undefined => {
    const latest = latestTimestamps.get(stream)
    if (!latest?.before) return latest
    const gap = delta(latest.before.raw, raw)
    if (gap <= 0 || gap > LONGEST_STEP) return latest
    isUneven = true
    if (damaged.length < MAX_CORRECTED) damaged.push(latest.ordinal)
    if (latest.clock !== latest.before.clock) clocks = clocks.filter((clock) => clock !== latest.clock)
    return latest.before
  }

  const place: ContinuousClock['place'] = (stream, raw, isPts = false, durationOf = (step) => step) => {
    ordinal++
    if (ordinal === facts.damaged[nextDamaged]) {
      nextDamaged++
      return nextOf(latestTimestamps.get(stream), clocks[0])
    }
    const latest = undamagedBefore(stream, raw)
    const gap = latest === undefined ? 0 : delta(latest.raw, raw)
    const slack = isPts ? REORDERING : ROUNDING
    const continues = latest !== undefined && gap >= -slack && gap <= FAR && !isOnNewest(latest, raw, gap)
    const clock = continues
      ? latest.clock
      : (findClock(raw, latest, slack) ?? addClock(raw, nextOf(latest, clocks[0])))
    const mapped = continues ? latest.mapped + gap : clock.mapped + delta(clock.raw, raw)
    if (latest !== undefined) {
      isUneven ||= clock !== latest.clock || raw + TIMESTAMP_WRAP / 2 < latest.raw
      if (clock.index > latest.clock.index && clock.index < MAX_CORRECTED)
        overlaps[clock.index] = Math.max(overlaps[clock.index] ?? 0, latest.mapped + latest.duration - mapped)
    }
    const step = latest === undefined ? 0 : Math.min(LONGEST_STEP, Math.max(0, mapped - latest.mapped))
    const duration = durationOf(step)
    const isNear = latest === undefined || Math.abs(gap) <= LONGEST_STEP
    const before = isNear ? null : Object.assign({}, latest, { before: null })
    latestTimestamps.set(stream, { ordinal, clock, raw, mapped, step, duration, before })
    clock.raw = raw
    clock.mapped = mapped
    first = Math.min(first, mapped)
    last = Math.max(last, mapped + step)
    return mapped
  }

  return { place, facts: () => ({ overlaps, damaged, isUneven, ticks: Math.max(0, last - first) }) }
}

const MAX_CLOCKS = 8
/**
 * Maximum number of damaged timestamps, and of clocks, that are corrected. Any further ones are not
 * corrected.
 */
const MAX_CORRECTED = 100_000

/**
 * Start of the first clock. The start is not zero, so that a timestamp that is earlier than the first one of
 * the file is not negative.
 */
const START = 20 * TICKS_PER_SECOND

const nextOf = (latest: StreamTimestamp | undefined, newest: SourceClock | undefined): number =>
  latest === undefined ? (newest?.mapped ?? START) : latest.mapped + latest.duration

/**
 * Returns the signed distance of two timestamps modulo TIMESTAMP_WRAP. Its absolute value is at most half of
 * TIMESTAMP_WRAP.
 */
const delta = (from: number, to: number): number => {
  const distance = (((to - from) % TIMESTAMP_WRAP) + TIMESTAMP_WRAP) % TIMESTAMP_WRAP
  return distance < TIMESTAMP_WRAP / 2 ? distance : distance - TIMESTAMP_WRAP
}

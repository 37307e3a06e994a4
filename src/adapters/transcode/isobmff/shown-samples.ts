/** Times of the samples of a track whose frames may be reordered, in ticks. */
export type ShownSamples = {
  /** The earliest and the latest composition time. */
  readonly firstTicks: number
  readonly lastTicks: number
  /** The shortest and the longest duration in decoding order. */
  readonly shortestTicks: number
  readonly longestTicks: number
  /** Duration of the sample that is last in decoding order. */
  readonly lastDecodedTicks: number
}

/** Samples in decoding order that have one duration and one composition offset. */
type SampleRun = { readonly count: number; readonly ticks: number; readonly offset: number }

/**
 * Measures samples from the decoding time `startTicks` on. Samples that are shown before `fromTicks` do not
 * count as the first one. The work grows with the number of runs and not of samples, because a run of a
 * hostile file may state any number of samples.
 */
export const createSampleMeter = (startTicks: number, fromTicks = Number.NEGATIVE_INFINITY) => {
  let decoded = startTicks
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  let [shortest, longest, lastDecoded] = [Number.POSITIVE_INFINITY, 0, 0]
  return {
    take: ({ count, ticks, offset }: SampleRun): void => {
      if (count === 0) return
      const shown = decoded + offset
      const skipped = shown >= fromTicks ? 0 : ticks === 0 ? count : Math.ceil((fromTicks - shown) / ticks)
      if (skipped < count) first = Math.min(first, shown + skipped * ticks)
      last = Math.max(last, shown + (count - 1) * ticks)
      shortest = Math.min(shortest, ticks)
      longest = Math.max(longest, ticks)
      lastDecoded = ticks
      decoded += count * ticks
    },
    /** Returns the times, or `null` if no sample is shown. */
    shown: (): ShownSamples | null =>
      first > last
        ? null
        : {
            firstTicks: first,
            lastTicks: last,
            shortestTicks: shortest,
            longestTicks: longest,
            lastDecodedTicks: lastDecoded,
          },
  }
}

/** Joins the times of two parts of a track. `after` follows `before` in decoding order. */
export const joinShownSamples = (before: ShownSamples, after: ShownSamples): ShownSamples => ({
  firstTicks: Math.min(before.firstTicks, after.firstTicks),
  lastTicks: Math.max(before.lastTicks, after.lastTicks),
  shortestTicks: Math.min(before.shortestTicks, after.shortestTicks),
  longestTicks: Math.max(before.longestTicks, after.longestTicks),
  lastDecodedTicks: after.lastDecodedTicks,
})

/**
 * Measures the samples in a TimeToSampleBox and a CompositionOffsetBox (ISO/IEC 14496-12 §8.6.1). Returns
 * `null` if a box is malformed. Both boxes contain pairs of a number of samples and a value.
 */
export const readShownSamples = (stts: Buffer, ctts: Buffer, fromTicks: number): ShownSamples | null => {
  const [durations, offsets] = [pairsEnd(stts), pairsEnd(ctts)]
  if (durations === null || offsets === null) return null
  const meter = createSampleMeter(0, fromTicks)
  let [offsetAt, left] = [FIRST_PAIR, offsets > FIRST_PAIR ? ctts.readUInt32BE(FIRST_PAIR) : 0]
  for (let at = FIRST_PAIR; at < durations; at += PAIR_BYTES) {
    const ticks = stts.readUInt32BE(at + 4)
    for (let samples = stts.readUInt32BE(at); samples > 0; ) {
      while (left === 0 && offsetAt + PAIR_BYTES < offsets) {
        offsetAt += PAIR_BYTES
        left = ctts.readUInt32BE(offsetAt)
      }
      // Samples without an entry have no offset. Negative offsets also occur in version 0, as in fragments.
      const count = left === 0 ? samples : Math.min(samples, left)
      meter.take({ count, ticks, offset: left === 0 ? 0 : ctts.readInt32BE(offsetAt + 4) })
      samples -= count
      left = Math.max(0, left - count)
    }
  }
  return meter.shown()
}

const FIRST_PAIR = 8
const PAIR_BYTES = 8

/** Returns the end of the pairs that a box declares; `null` if the box is shorter. */
const pairsEnd = (content: Buffer): number | null => {
  if (content.length < FIRST_PAIR) return null
  const end = FIRST_PAIR + PAIR_BYTES * content.readUInt32BE(4)
  return end > content.length ? null : end
}

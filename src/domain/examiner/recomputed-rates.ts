// A second, slow computation of the bit rates, directly from the text of RFC 8216bis §4.1. A difference
// reveals a bug in the computation of the published rates (domain/ingest/plan/bitrates.ts).

export type TimedBytes = { readonly bytes: number; readonly seconds: number }

/**
 * Durations count as equal if they differ by at most this much (seconds), because they may have been summed
 * in different orders.
 */
const SAME_SECONDS = 1e-6

const bitsPerSecond = ({ bytes, seconds }: TimedBytes): number => (8 * bytes) / seconds

const together = (parts: ReadonlyArray<TimedBytes>): TimedBytes => ({
  bytes: parts.reduce((sum, { bytes }) => sum + bytes, 0),
  seconds: parts.reduce((sum, { seconds }) => sum + seconds, 0),
})

/**
 * Returns the largest rate of any run of parts that lasts 0.5 to 1.5 target durations. A part that is in no
 * such run is measured together with the shortest neighbouring runs of half a target duration, or alone if
 * there are none. The result is never below the average.
 */
export const peakBitrate = (parts: ReadonlyArray<TimedBytes>, targetSeconds: number): number => {
  const [shortest, longest] = [0.5 * targetSeconds - SAME_SECONDS, 1.5 * targetSeconds + SAME_SECONDS]
  let peak = parts.length === 0 ? 0 : bitsPerSecond(together(parts))
  const isInRun = parts.map(() => false)
  for (let first = 0; first < parts.length; first++) {
    let [bytes, seconds] = [0, 0]
    for (let last = first; last < parts.length; last++) {
      bytes += parts[last]?.bytes ?? 0
      seconds += parts[last]?.seconds ?? 0
      if (seconds > longest) break
      if (seconds < shortest) continue
      isInRun.fill(true, first, last + 1)
      peak = Math.max(peak, bitsPerSecond({ bytes, seconds }))
    }
  }
  for (const [index, part] of parts.entries()) {
    if (isInRun[index]) continue
    const runs = [parts.slice(index), parts.slice(0, index + 1).toReversed()].flatMap((from) => {
      const run = shortestRun(from, shortest)
      return run === null ? [] : [run]
    })
    peak = Math.max(peak, ...(runs.length > 0 ? runs : [part]).map(bitsPerSecond))
  }
  return Math.ceil(peak - SAME_SECONDS)
}

/**
 * Returns the shortest run of parts, from the first part on, that lasts for `seconds`. Returns `null` if all
 * parts together are shorter.
 */
const shortestRun = (parts: ReadonlyArray<TimedBytes>, seconds: number): TimedBytes | null => {
  for (let count = 1; count <= parts.length; count++) {
    const run = together(parts.slice(0, count))
    if (run.seconds >= seconds) return run
  }
  return null
}

export const averageBitrate = (parts: ReadonlyArray<TimedBytes>): number =>
  parts.length === 0 ? 0 : Math.ceil(bitsPerSecond(together(parts)) - SAME_SECONDS)

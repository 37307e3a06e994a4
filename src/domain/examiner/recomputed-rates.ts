// The rates once more, straight from the words of RFC 8216bis §4.1 and without regard to speed, so that a fault in the
// measuring of what is published (domain/ingest/bitrates.ts) does not hide itself.

export type Timed = { readonly bytes: number; readonly seconds: number }

/** Below a microsecond two durations are the same: the one was summed up in another order. */
const SAME_SECONDS = 1e-6

const bitsPerSecond = ({ bytes, seconds }: Timed): number => (8 * bytes) / seconds

const together = (parts: ReadonlyArray<Timed>): Timed => ({
  bytes: parts.reduce((sum, { bytes }) => sum + bytes, 0),
  seconds: parts.reduce((sum, { seconds }) => sum + seconds, 0),
})

/**
 * The largest rate of any run of parts that lasts for 0.5 to 1.5 target durations. A part that is in none counts with
 * the shortest runs from it on and up to it that last for half a target; without one, by itself. Never below the average.
 */
export const peakRate = (parts: ReadonlyArray<Timed>, targetSeconds: number): number => {
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
  for (const [at, part] of parts.entries()) {
    if (isInRun[at]) continue
    const runs = [parts.slice(at), parts.slice(0, at + 1).toReversed()].flatMap((from) => {
      const run = shortestRun(from, shortest)
      return run === null ? [] : [run]
    })
    peak = Math.max(peak, ...(runs.length > 0 ? runs : [part]).map(bitsPerSecond))
  }
  return Math.ceil(peak - SAME_SECONDS)
}

/** The first parts, as few as last for so long; `null` where all of them do not. */
const shortestRun = (parts: ReadonlyArray<Timed>, seconds: number): Timed | null => {
  for (let count = 1; count <= parts.length; count++) {
    const run = together(parts.slice(0, count))
    if (run.seconds >= seconds) return run
  }
  return null
}

export const averageRate = (parts: ReadonlyArray<Timed>): number =>
  parts.length === 0 ? 0 : Math.ceil(bitsPerSecond(together(parts)) - SAME_SECONDS)

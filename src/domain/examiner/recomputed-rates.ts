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

/** The largest rate of any run of parts that lasts for 0.5 to 1.5 target durations; without one, of any part. */
export const peakRate = (parts: ReadonlyArray<Timed>, targetSeconds: number): number => {
  const [shortest, longest] = [0.5 * targetSeconds - SAME_SECONDS, 1.5 * targetSeconds + SAME_SECONDS]
  let [peak, hasRun] = [0, false]
  for (let first = 0; first < parts.length; first++) {
    let [bytes, seconds] = [0, 0]
    for (let last = first; last < parts.length; last++) {
      bytes += parts[last]?.bytes ?? 0
      seconds += parts[last]?.seconds ?? 0
      if (seconds > longest) break
      if (seconds < shortest) continue
      hasRun = true
      peak = Math.max(peak, bitsPerSecond({ bytes, seconds }))
    }
  }
  return Math.ceil((hasRun ? peak : Math.max(0, ...parts.map(bitsPerSecond))) - SAME_SECONDS)
}

export const averageRate = (parts: ReadonlyArray<Timed>): number =>
  parts.length === 0 ? 0 : Math.ceil(bitsPerSecond(together(parts)) - SAME_SECONDS)

export type Timed = { readonly bytes: number; readonly seconds: number }

/**
 * The peak rate of RFC 8216bis §4.1, computed by brute force over all runs of consecutive segments: the
 * highest rate of a run of 0.5 to 1.5 target durations. A segment that is in no such run counts with the
 * shortest runs that start and end with it, else with its own rate.
 */
export const naivePeak = (parts: ReadonlyArray<Timed>, target: number): number => {
  const isLong = (run: ReadonlyArray<Timed>) => total(run).seconds >= 0.5 * target - 1e-9
  const isShort = (run: ReadonlyArray<Timed>) => total(run).seconds <= 1.5 * target + 1e-9
  const runs = parts.flatMap((_, first) =>
    parts.slice(first).map((__, n) => parts.slice(first, first + n + 1)),
  )
  const proper = runs.filter((run) => isLong(run) && isShort(run))
  const counted = parts
    .filter((part) => !proper.some((run) => run.includes(part)))
    .flatMap((part) => {
      const starting = runs.find((run) => run[0] === part && isLong(run))
      const ending = runs.findLast((run) => run.at(-1) === part && isLong(run))
      const around = [starting, ending].filter((run) => run !== undefined)
      return around.length > 0 ? around : [[part]]
    })
  const rates = [...proper, ...counted].map(bitsPerSecond)
  return Math.ceil(Math.max(...rates, bitsPerSecond(parts)) - 1e-6)
}

export const naiveAverage = (parts: ReadonlyArray<Timed>): number => Math.ceil(bitsPerSecond(parts) - 1e-6)

const bitsPerSecond = (parts: ReadonlyArray<Timed>): number => {
  const { bytes, seconds } = total(parts)
  return (bytes * 8) / seconds
}

export const total = (parts: ReadonlyArray<Timed>): Timed =>
  parts.reduce((sum, part) => ({ bytes: sum.bytes + part.bytes, seconds: sum.seconds + part.seconds }), {
    bytes: 0,
    seconds: 0,
  })

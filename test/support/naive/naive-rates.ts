export type Timed = { readonly bytes: number; readonly seconds: number }

/**
 * RFC 8216bis §4.1, by trying every run of neighbours: the greatest rate of those that last for 0.5 to 1.5 target
 * durations. A part in none of these has the shortest runs from it on and up to it; where there are none, its own rate.
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
      const onwards = runs.find((run) => run[0] === part && isLong(run))
      const upTo = runs.findLast((run) => run.at(-1) === part && isLong(run))
      const around = [onwards, upTo].filter((run) => run !== undefined)
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
  parts.reduce((all, one) => ({ bytes: all.bytes + one.bytes, seconds: all.seconds + one.seconds }), {
    bytes: 0,
    seconds: 0,
  })

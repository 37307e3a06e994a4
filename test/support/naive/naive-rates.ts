export type Timed = { readonly bytes: number; readonly seconds: number }

/**
 * RFC 8216bis §4.1, by trying every run of neighbours: the greatest rate of those that last for 0.5 to 1.5 target
 * durations; where there are none, of single ones.
 */
export const naivePeak = (parts: ReadonlyArray<Timed>, target: number): number => {
  const rates: number[] = []
  for (let first = 0; first < parts.length; first++)
    for (let end = first + 1; end <= parts.length; end++) {
      const { bytes, seconds } = total(parts.slice(first, end))
      if (seconds >= 0.5 * target - 1e-9 && seconds <= 1.5 * target + 1e-9) rates.push((bytes * 8) / seconds)
    }
  const counted = rates.length > 0 ? rates : parts.map(({ bytes, seconds }) => (bytes * 8) / seconds)
  return Math.ceil(Math.max(...counted) - 1e-6)
}

export const naiveAverage = (parts: ReadonlyArray<Timed>): number => {
  const { bytes, seconds } = total(parts)
  return Math.ceil((bytes * 8) / seconds - 1e-6)
}

export const total = (parts: ReadonlyArray<Timed>): Timed =>
  parts.reduce((all, one) => ({ bytes: all.bytes + one.bytes, seconds: all.seconds + one.seconds }), {
    bytes: 0,
    seconds: 0,
  })

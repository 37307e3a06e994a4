/** Measures the time from the first packet to the end of the last packet, in seconds. */
export const createTimeSpanMeter = () => {
  let [start, end] = [Number.POSITIVE_INFINITY, 0]
  return {
    take: (seconds: number, duration: number): void => {
      start = Math.min(start, seconds)
      end = Math.max(end, seconds + duration)
    },
    /** Returns the time; 0 if there were no packets. */
    seconds: (): number => Math.max(0, end - start),
  }
}

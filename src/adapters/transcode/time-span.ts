/** Takes the times of packets, in seconds, and tells how long all of them last together. */
export const createTimeSpan = () => {
  let [start, end] = [Number.POSITIVE_INFINITY, 0]
  return {
    take: (seconds: number, duration: number): void => {
      start = Math.min(start, seconds)
      end = Math.max(end, seconds + duration)
    },
    /** 0 where there are none. */
    seconds: (): number => Math.max(0, end - start),
  }
}

/** Pictures that are looked at together: a shorter burst is no rate. */
const STEPS = 8

/** Takes the times of pictures, in the order of decoding, and tells how many there are a second where they are densest. */
export const createPeakRate = () => {
  let times: number[] = []
  let peak = 0
  return {
    take: (seconds: number): void => {
      // Where the clock jumps the count begins anew.
      if (!(seconds > (times.at(-1) ?? Number.NEGATIVE_INFINITY))) times = []
      times.push(seconds)
      if (times.length > STEPS + 1) times.shift()
      const [first = 0, steps] = [times[0], times.length - 1]
      if (steps === STEPS) peak = Math.max(peak, steps / (seconds - first))
    },
    /** 0 where there are too few to say. */
    rate: (): number => peak,
  }
}

import { TICKS_PER_SECOND } from './packets.ts'

type Span = {
  readonly isVideo: boolean
  /** Indexes of its first and last timestamp among all of the file. */
  readonly first: number
  last: number
  /** Start and end on the continuous clock. */
  readonly start: number
  end: number
}

/** Finds streams that end where another of their kind begins, from timestamps in file order. */
export const createStreamSpans = () => {
  const spans = new Map<number, Span>()
  let ordinal = 0
  return {
    take: (pid: number, isVideo: boolean, even: number): void => {
      ordinal++
      const span = spans.get(pid)
      if (span === undefined)
        spans.set(pid, { isVideo, first: ordinal, last: ordinal, start: even, end: even })
      else {
        span.last = ordinal
        span.end = Math.max(span.end, even)
      }
    },
    /** Returns the seconds of a stream if another of its kind starts after its end; otherwise `null`. */
    splitAfter: (pid: number): number | null => {
      const own = spans.get(pid)
      if (own === undefined) return null
      const isContinued = [...spans.values()].some(
        ({ isVideo, first }) => isVideo === own.isVideo && first > own.last,
      )
      return isContinued ? (own.end - own.start) / TICKS_PER_SECOND : null
    },
  }
}

import { TICKS_A_SECOND } from './packets.ts'

type Span = {
  readonly isVideo: boolean
  /** Which of all times of the file its first and its last one are. */
  readonly first: number
  last: number
  /** On its clock. */
  readonly start: number
  end: number
}

/** Takes the times of all streams as they stand in the file, and tells where one ends and others begin. */
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
    /** Seconds of a stream, where another of its kind begins behind its end; `null` where none does. */
    goesOnAfter: (pid: number): number | null => {
      const own = spans.get(pid)
      if (own === undefined) return null
      const goesOn = [...spans.values()].some(
        ({ isVideo, first }) => isVideo === own.isVideo && first > own.last,
      )
      return goesOn ? (own.end - own.start) / TICKS_A_SECOND : null
    },
  }
}

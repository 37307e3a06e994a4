import { TICKS_PER_SECOND } from './packets.ts'

type Span = {
  readonly isVideo: boolean
  /** Index of its last timestamp among all of the file. */
  last: number
  /** Start and end on the continuous clock. */
  readonly start: number
  end: number
}

const kindOf = (isVideo: boolean) => (isVideo ? 'video' : 'audio')

/** Finds streams that end where another of their kind begins, from timestamps in file order. */
export const createStreamSpans = () => {
  const spans = new Map<number, Span>()
  /** Index of the timestamp with which the latest video or audio stream starts. */
  const latestStart = { video: 0, audio: 0 }
  let ordinal = 0
  return {
    take: (pid: number, isVideo: boolean, even: number): void => {
      ordinal++
      const span = spans.get(pid)
      if (span === undefined) {
        spans.set(pid, { isVideo, last: ordinal, start: even, end: even })
        latestStart[kindOf(isVideo)] = ordinal
      } else {
        span.last = ordinal
        span.end = Math.max(span.end, even)
      }
    },
    /** Returns the seconds of a stream if another of its kind starts after its end; otherwise `null`. */
    splitAfter: (pid: number): number | null => {
      const own = spans.get(pid)
      if (own === undefined) return null
      const isContinued = latestStart[kindOf(own.isVideo)] > own.last
      return isContinued ? (own.end - own.start) / TICKS_PER_SECOND : null
    },
  }
}

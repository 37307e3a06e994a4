import { TICKS_PER_SECOND } from './packets.ts'

type Span = {
  readonly isVideo: boolean
  /** Index of the stream's last timestamp among all timestamps of the file. */
  last: number
  /** Start and end of the stream on the continuous clock. */
  readonly start: number
  end: number
}

const kindOf = (isVideo: boolean) => (isVideo ? 'video' : 'audio')

/**
 * Finds streams that end before another stream of the same kind starts. Gets the timestamps in the order of
 * the file.
 */
export const createStreamSpans = () => {
  const spans = new Map<number, Span>()
  /** For each kind, the index of the first timestamp of the stream that starts last. */
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
    /**
     * Returns the duration of a stream in seconds, if another stream of its kind starts after its end;
     * otherwise `null`.
     */
    splitAfter: (pid: number): number | null => {
      const own = spans.get(pid)
      if (own === undefined) return null
      const isContinued = latestStart[kindOf(own.isVideo)] > own.last
      return isContinued ? (own.end - own.start) / TICKS_PER_SECOND : null
    },
  }
}

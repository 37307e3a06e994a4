/** Limits the streams of events that are open at the same time: of one token, of callers without one, and of all. */
export type StreamCounts = {
  /** `null`: a caller without a token. */
  readonly isFull: (token: string | null) => boolean
  /** Counts a stream of this token. Returns a function that stops counting it; later calls do nothing. */
  readonly open: (token: string | null) => () => void
}

/** Maximum number of streams of one token (http-api.md §5.11): a browser opens no more than six connections. */
const maxPerToken = 5

export const createStreamCounts = (max: number): StreamCounts => {
  const counts = new Map<string | null, number>()
  let all = 0
  // Callers without a token cannot be told apart. Half of the streams are left to those who have one.
  const limitOf = (token: string | null): number => (token === null ? Math.floor(max / 2) : maxPerToken)
  return {
    isFull: (token) => all >= max || (counts.get(token) ?? 0) >= limitOf(token),
    open: (token) => {
      all += 1
      counts.set(token, (counts.get(token) ?? 0) + 1)
      let isOpen = true
      return () => {
        if (!isOpen) return
        isOpen = false
        all -= 1
        const left = (counts.get(token) ?? 0) - 1
        if (left > 0) counts.set(token, left)
        else counts.delete(token)
      }
    },
  }
}

/** Limits the streams of events that are open at the same time: of one token, and of all together. */
export type StreamCounts = {
  readonly isFull: (token: string) => boolean
  /** Counts a stream of this token. Returns a function that stops counting it; later calls do nothing. */
  readonly open: (token: string) => () => void
}

/** Maximum number of streams of one token (http-api.md §5.11): a browser opens no more than six connections. */
const maxPerToken = 5

export const createStreamCounts = (max: number): StreamCounts => {
  const counts = new Map<string, number>()
  let all = 0
  return {
    isFull: (token) => all >= max || (counts.get(token) ?? 0) >= maxPerToken,
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

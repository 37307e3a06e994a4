/** Who has a stream of events: a viewer with this token, a caller without one (`null`), or an admin. */
type StreamOwner = { readonly jwt: string | null } | 'admin'

/** Limits the streams of events that are open at the same time: of one token, of callers without one, and of all. */
export type StreamCounts = {
  readonly isFull: (owner: StreamOwner) => boolean
  /** Counts a stream. Returns a function that stops counting it; later calls do nothing. */
  readonly open: (owner: StreamOwner) => () => void
}

/** Maximum number of streams of one token (http-api.md §5.11): a browser opens no more than six connections. */
const maxPerToken = 5

export const createStreamCounts = (max: number): StreamCounts => {
  const counts = new Map<string | null, number>()
  let all = 0
  // Callers without a token cannot be told apart. Half of the streams are left to those who have one.
  const limitOf = (token: string | null): number => (token === null ? Math.floor(max / 2) : maxPerToken)
  const add = (token: string | null, change: 1 | -1): void => {
    const count = (counts.get(token) ?? 0) + change
    if (count > 0) counts.set(token, count)
    else counts.delete(token)
  }
  return {
    isFull: (owner) =>
      all >= max || (owner !== 'admin' && (counts.get(owner.jwt) ?? 0) >= limitOf(owner.jwt)),
    open: (owner) => {
      all += 1
      if (owner !== 'admin') add(owner.jwt, 1)
      let isOpen = true
      return () => {
        if (!isOpen) return
        isOpen = false
        all -= 1
        if (owner !== 'admin') add(owner.jwt, -1)
      }
    },
  }
}

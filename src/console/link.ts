/** The token in the URL of the page. */
export type Link = {
  /** By the server's clock, once a reply was seen; infinite for an unreadable token. */
  readonly millisecondsLeft: () => number
  /** Reads the time of the server from a reply. */
  readonly syncClock: (reply: Response) => void
}

/** The claim `exp` (RFC 7519 §4.1.4), in milliseconds. A prediction: only the server decides. */
const endOf = (jwt: string): number => {
  try {
    const [, claims = ''] = jwt.split('.')
    const { exp } = JSON.parse(atob(claims.replaceAll('-', '+').replaceAll('_', '/')))
    return typeof exp === 'number' ? exp * 1000 : Number.POSITIVE_INFINITY
  } catch {
    return Number.POSITIVE_INFINITY
  }
}

export const createLink = (jwt: string, now: () => number = Date.now): Link => {
  const end = endOf(jwt)
  let serverAheadMs = 0
  return {
    millisecondsLeft: () => end - now() - serverAheadMs,
    syncClock: ({ headers }) => {
      const date = Date.parse(headers.get('Date') ?? '')
      if (!Number.isNaN(date)) serverAheadMs = date - now()
    },
  }
}

/** Longest delay of a timer: 2^31 − 1 milliseconds, 24 days. */
const maxTimerMs = 2 ** 31 - 1

/** Calls back when the link expires, even if that is months away. */
export const onLinkExpired = (link: Link, callBack: () => void): void => {
  const left = link.millisecondsLeft()
  if (left <= 0) callBack()
  else if (left < Number.POSITIVE_INFINITY)
    setTimeout(() => onLinkExpired(link, callBack), Math.min(left, maxTimerMs))
}

export const expiredMessage = 'This link has expired. Ask the person who sent it to you for a new one'
export const refusedMessage = 'This link does not open this any more'

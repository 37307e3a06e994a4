/** The token in the URL of the page. */
export type ShareLink = {
  /**
   * Returns the remaining lifetime of the token in milliseconds, by the server's clock once `syncClock` has
   * read a reply. The lifetime is infinite if the token cannot be parsed.
   */
  readonly millisecondsLeft: () => number
  /** Sets the clock of the link to the server's time, from a header of a reply. */
  readonly syncClock: (reply: Response) => void
}

/**
 * Returns the expiry time of a token, its claim `exp` (RFC 7519 §4.1.4), in milliseconds. The result is a
 * prediction, because only the server decides whether a token is still valid.
 */
const endOf = (jwt: string): number => {
  try {
    const [, claims = ''] = jwt.split('.')
    const { exp } = JSON.parse(atob(claims.replaceAll('-', '+').replaceAll('_', '/')))
    return typeof exp === 'number' ? exp * 1000 : Number.POSITIVE_INFINITY
  } catch {
    return Number.POSITIVE_INFINITY
  }
}

export const createShareLink = (jwt: string, now: () => number = Date.now): ShareLink => {
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

/** Maximum delay of a timer: 2^31 − 1 milliseconds, or 24 days. */
const maxTimerMs = 2 ** 31 - 1

/** Calls `callBack` when the link expires, even if the link expires only in months. */
export const onLinkExpired = (link: ShareLink, callBack: () => void): void => {
  const left = link.millisecondsLeft()
  if (left <= 0) callBack()
  else if (left < Number.POSITIVE_INFINITY)
    setTimeout(() => onLinkExpired(link, callBack), Math.min(left, maxTimerMs))
}

export const expiredMessage = 'This link has expired. Ask the person who sent it to you for a new one'
export const refusedMessage = 'This link no longer opens this file'

/** The token in the page's own address. */
export type Link = {
  /** By the server's clock, as far as `follow` has learnt it; infinite for a token that cannot be read. */
  readonly millisecondsLeft: () => number
  /** Learns the time of the server from one of its replies. */
  readonly follow: (reply: Response) => void
}

/** The claim `exp` (RFC 7519 §4.1.4), in milliseconds. The server alone decides; this tells when it will refuse. */
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
  let ahead = 0
  return {
    millisecondsLeft: () => end - now() - ahead,
    follow: ({ headers }) => {
      const date = Date.parse(headers.get('Date') ?? '')
      if (!Number.isNaN(date)) ahead = date - now()
    },
  }
}

/** Timers take no more: 2^31 − 1 milliseconds, 24 days. */
const longestTimer = 2 ** 31 - 1

/** Calls back when the link ends, also where that is months away. */
export const whenEnded = (link: Link, callBack: () => void): void => {
  const left = link.millisecondsLeft()
  if (left <= 0) callBack()
  else if (left < Number.POSITIVE_INFINITY)
    setTimeout(() => whenEnded(link, callBack), Math.min(left, longestTimer))
}

export const expiredWords = 'This link has expired. Ask the person who sent it to you for a new one'
export const refusedWords = 'This link does not open this any more'

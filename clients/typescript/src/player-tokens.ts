import { backOff, realTimers, type Timers } from './timers.ts'

type PlayerTokensOptions = {
  /** Where Larder is. A token is sent nowhere else. */
  readonly baseUrl: string | URL
  /** Gets a fresh media token, usually from the backend of the page. */
  readonly getToken: (signal: AbortSignal) => Promise<string>
  /** Is called when no token can be had. The next try follows by itself. */
  readonly onError?: (error: unknown) => void
  /** The clock and the waits, for tests. */
  readonly timers?: Timers
}

/** The media token of a player, renewed before it expires. */
export type PlayerTokens = {
  /** Returns a token that is valid, or gets one. */
  readonly fresh: () => Promise<string>
  /** Returns the headers for a request of a player: none for a URL of another server. */
  readonly headersFor: (url: string) => Promise<Readonly<Record<string, string>>>
  /** Calls `use` with the present token, and with each new one. Returns a function that ends this. */
  readonly watch: (use: (jwt: string) => void) => () => void
  /** Ends the renewals. */
  readonly stop: () => void
}

type Times = { readonly iat?: number; readonly exp?: number }

const timesOf = (jwt: string): Times => {
  const payload = (jwt.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/')
  try {
    return JSON.parse(atob(payload))
  } catch {
    throw new TypeError('getToken did not return a token')
  }
}

/** The part of a token's life after which it is renewed. */
const renewAfter = 0.75
/** The least time between two renewals, in milliseconds, also of tokens that are hardly valid. */
const shortestLife = 1000
/** The longest wait for a renewal, in milliseconds: a machine that was suspended in between needs a new look. */
const longestNap = 60_000

type Held = { readonly jwt: string; readonly renewAt: number; readonly endsAt: number }

/**
 * Returns the times of a token on the clock of this machine, which may be wrong: a lifetime counts from now, and ends
 * earlier only if the clock and the token agree on that.
 */
const held = (jwt: string, now: number): Held => {
  const { iat = now / 1000, exp = iat + 1800 } = timesOf(jwt)
  const lifetime = Math.max(0, exp - iat) * 1000
  const left = exp * 1000 - now
  const life = left > 0 && left < lifetime ? left : lifetime
  return { jwt, renewAt: now + Math.max(shortestLife, life * renewAfter), endsAt: now + life }
}

/** Hands a player tokens that are valid, for films that are longer than a token, or are paused overnight. */
export const createPlayerTokens = (options: PlayerTokensOptions): PlayerTokens => {
  const { getToken, onError = () => undefined, timers = realTimers } = options
  const { origin, pathname } = new URL(options.baseUrl)
  const folder = pathname.endsWith('/') ? pathname : `${pathname}/`
  const watchers = new Set<(jwt: string) => void>()
  const stopping = new AbortController()
  let present: Held | null = null
  let renewing: Promise<string> | null = null
  let isScheduled = false

  const renew = (): Promise<string> => {
    renewing ??= getToken(stopping.signal)
      .then((jwt) => {
        present = held(jwt, timers.now())
        for (const use of watchers) use(jwt)
        return jwt
      })
      .finally(() => {
        renewing = null
      })
    return renewing
  }

  const keepFresh = async (): Promise<void> => {
    for (let failures = 0; ; ) {
      const wait = failures > 0 ? backOff(failures) : (present?.renewAt ?? 0) - timers.now()
      if (wait > 0) await timers.sleep(Math.min(wait, longestNap), stopping.signal)
      if (present !== null && timers.now() < present.renewAt) continue
      try {
        await renew()
        failures = 0
      } catch (error) {
        if (stopping.signal.aborted) return
        failures += 1
        onError(error)
      }
    }
  }

  const schedule = () => {
    if (isScheduled || stopping.signal.aborted) return
    isScheduled = true
    keepFresh().catch((error: unknown) => {
      if (!stopping.signal.aborted) onError(error)
    })
  }

  const fresh = async (): Promise<string> => {
    if (present !== null && timers.now() < present.endsAt) return present.jwt
    const jwt = await renew()
    schedule()
    return jwt
  }

  const isOfLarder = (url: string): boolean => {
    const target = new URL(url, options.baseUrl)
    return target.origin === origin && target.pathname.startsWith(folder)
  }

  return {
    fresh,
    headersFor: async (url) => (isOfLarder(url) ? { authorization: `bearer ${await fresh()}` } : {}),
    watch: (use) => {
      watchers.add(use)
      if (present !== null) use(present.jwt)
      // Without the first token nothing else begins the renewals.
      fresh().catch(onError).finally(schedule)
      return () => watchers.delete(use)
    },
    stop: () => {
      watchers.clear()
      stopping.abort()
    },
  }
}

import type { PlayerTokens } from './player-tokens.ts'

/** The part of an `XMLHttpRequest` that is used here, so that Node needs no types of browsers. */
type XhrLike = {
  readonly readyState: number
  readonly open: (method: string, url: string, isAsync: boolean) => void
  readonly setRequestHeader: (name: string, value: string) => void
}

/** The configuration of hls.js that sends a fresh token with each request: `new Hls({ ...hlsJsConfig(tokens) })`. */
export const hlsJsConfig = (tokens: PlayerTokens) => ({
  xhrSetup: async (xhr: XhrLike, url: string): Promise<void> => {
    const headers = await tokens.headersFor(url)
    if (xhr.readyState === 0) xhr.open('GET', url, true)
    for (const [name, value] of Object.entries(headers)) xhr.setRequestHeader(name, value)
  },
})

type DashRequest = { url?: string; headers?: Record<string, string> }

/** An interceptor for dash.js that sends a fresh token with each request: `player.addRequestInterceptor(…)`. */
export const dashJsInterceptor =
  (tokens: PlayerTokens) =>
  async <Request extends DashRequest>(request: Request): Promise<Request> => {
    request.headers = { ...request.headers, ...(await tokens.headersFor(request.url ?? '')) }
    return request
  }

/** The part of a video or audio element that is used here. */
type MediaElementLike = {
  src: string
  currentTime: number
  readonly paused: boolean
  readonly play: () => Promise<void>
  readonly addEventListener: (type: string, listener: () => void, options: { once: boolean }) => void
}

/**
 * Plays a film by the browser itself, which sends no headers: the token is in the URL. With each new token the element
 * gets a new URL, at the same place of the film. Returns a function that ends this.
 */
export const playWithTokens = (
  tokens: PlayerTokens,
  element: MediaElementLike,
  urlWith: (jwt: string) => string,
): (() => void) => {
  let isFirst = true
  return tokens.watch((jwt) => {
    const { currentTime, paused } = element
    if (!isFirst)
      element.addEventListener(
        'loadedmetadata',
        () => {
          element.currentTime = currentTime
          // The browser may refuse to play without a click. The element then shows its own button.
          if (!paused) element.play().catch(() => undefined)
        },
        { once: true },
      )
    isFirst = false
    element.src = urlWith(jwt)
  })
}

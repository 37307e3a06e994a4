/** What a player is to play, and how it asks for it. */
export type Source = {
  readonly url: string
  /** For the `Authorization` header of every request; `null` where the address has it. */
  readonly jwt: string | null
}

/** What stands behind the `#` of the page's address, as JSON. */
export type Order = Source & { readonly player: 'hls.js' | 'Shaka' | 'Chromium' }

/** Whatever a player reports, however small, goes to the console: the test reads it there. */
export const complain = (what: string): void => console.error(what)

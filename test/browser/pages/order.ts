/** The address that a player plays, and its token. */
export type Source = {
  readonly url: string
  /**
   * The token for the `Authorization` header of every request, or `null` if the address contains the token.
   */
  readonly jwt: string | null
}

const browserPlayers = ['hls.js', 'Shaka', 'dash.js', 'video.js', 'plyr', 'the browser'] as const

/** What a page has to play and how. It is the fragment of the page's address, as JSON. */
export type Order = Source & {
  readonly player: (typeof browserPlayers)[number]
  /** The playback rate. */
  readonly rate: number
  readonly muted: boolean
  /** The id of the page's report. */
  readonly id: string
}

/**
 * All errors of a player, including minor ones. They are also printed to the console, where the test reads
 * them.
 */
export const complaints: string[] = []
export const complain = (what: string): void => {
  complaints.push(what)
  console.error(what)
}

/** What a player plays, and with which token. */
export type Source = {
  readonly url: string
  /** For the `Authorization` header of every request; `null` if the address contains the token. */
  readonly jwt: string | null
}

const browserPlayers = ['hls.js', 'Shaka', 'dash.js', 'video.js', 'plyr', 'the browser'] as const

/** The fragment of the page's address, as JSON. */
export type Order = Source & {
  readonly player: (typeof browserPlayers)[number]
  /** The playback rate. */
  readonly rate: number
  readonly muted: boolean
  /** The id of the page's report. */
  readonly id: string
}

/** All errors of a player, also minor ones. They go to the console as well, where the test reads them. */
export const complaints: string[] = []
export const complain = (what: string): void => {
  complaints.push(what)
  console.error(what)
}

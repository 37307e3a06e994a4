/** What a player is to play, and how it asks for it. */
export type Source = {
  readonly url: string
  /** For the `Authorization` header of every request; `null` where the address has it. */
  readonly jwt: string | null
}

export const browserPlayers = ['hls.js', 'Shaka', 'dash.js', 'video.js', 'plyr', 'the browser'] as const

/** What stands behind the `#` of the page's address, as JSON. */
export type Order = Source & {
  readonly player: (typeof browserPlayers)[number]
  /** How many times as fast as it was filmed. */
  readonly rate: number
  readonly muted: boolean
  /** Under which the page reports. */
  readonly id: string
}

/** What a player reports, however small, goes to the console and into the page: the test reads it there. */
export const complaints: string[] = []
export const complain = (what: string): void => {
  complaints.push(what)
  console.error(what)
}

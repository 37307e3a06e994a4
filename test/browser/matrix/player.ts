import type { Address, Mode } from '../support/served-film.ts'

/** A kind of file, and the ways to request it. */
export type Kind = {
  readonly title: string
  readonly of: 'film' | 'sound'
  readonly list: 'mobile.m3u8' | 'dash.mpd' | 'web.json'
  readonly modes: ReadonlyArray<Mode>
}

export const kinds: ReadonlyArray<Kind> = [
  { title: 'film, HLS', of: 'film', list: 'mobile.m3u8', modes: ['none', 'query', 'path', 'define'] },
  { title: 'film, DASH', of: 'film', list: 'dash.mpd', modes: ['none', 'query', 'path'] },
  { title: 'film, MP4', of: 'film', list: 'web.json', modes: ['query'] },
  { title: 'sound, HLS', of: 'sound', list: 'mobile.m3u8', modes: ['query', 'path'] },
]

/** One run of a player, for one address. */
export type Task = Address & {
  readonly kind: Kind
  readonly mode: Mode
  readonly seconds: number
  /** The number of frames of a film, or 0 for a file without video. */
  readonly pictures: number
}

export type Player = {
  readonly name: string
  /** Returns the version, or `null` if the player is not installed. */
  readonly version: () => Promise<string | null>
  /** Returns whether the player supports this kind and mode. */
  readonly takes: (kind: Kind, mode: Mode) => boolean
  /** Plays to the end. Returns `null` on success, else the fault. */
  readonly play: (task: Task) => Promise<string | null>
  readonly close?: () => Promise<void>
}

/** The accepted difference of durations (seconds), because of audio frames and the clocks of players. */
const tolerance = 0.6

export const durationFault = (seconds: number, played: number): string | null =>
  Math.abs(played - seconds) <= tolerance ? null : `${played.toFixed(1)} of ${seconds} s`

import type { Address, Mode } from '../support/served-film.ts'

/** What a file is and how it is asked for. */
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

/** What is asked of a player at once. */
export type Task = Address & {
  readonly kind: Kind
  readonly mode: Mode
  readonly seconds: number
  /** Of a film; 0 of a sound. */
  readonly pictures: number
}

export type Player = {
  readonly name: string
  /** `null` where it is not installed. */
  readonly version: () => Promise<string | null>
  /** Whether there is a way to ask it for that at all. */
  readonly takes: (kind: Kind, mode: Mode) => boolean
  /** Plays to the end; `null` when it has, else what it did. */
  readonly play: (task: Task) => Promise<string | null>
  readonly close?: () => Promise<void>
}

/** Seconds by which what was played may differ: sound in frames, clocks of players. */
const tolerance = 0.6

export const comparedWith = (seconds: number, played: number): string | null =>
  Math.abs(played - seconds) <= tolerance ? null : `${played.toFixed(1)} of ${seconds} s`

import { decoderLimits, demuxerLimits } from '../process/limits.ts'

/** Paths of the programs, of release 5 or later. */
export type Programs = { readonly ffmpeg: string; readonly ffprobe: string }

export const QUIET = ['-nostdin', '-hide_banner', '-loglevel', 'error', '-nostats', '-n']

export const options = (named: Readonly<Record<string, string>>, suffix = ''): ReadonlyArray<string> =>
  Object.entries(named).flatMap(([name, value]) => [`-${name}${suffix}`, value])

/** They bind the input that follows: after `-i` they would bind nothing. */
export const HARDENED = [...options(demuxerLimits), ...options({ max_pixels: decoderLimits.max_pixels })]

/** Graphs begin with a filter that takes pictures of any size, and turn them themselves: they go on to the end. */
export const STEADY_PICTURES = ['-reinit_filter:v', '0', '-noautorotate']

// The protocol is named, or a path with a colon could choose another.
export const fileUrl = (path: string): string => `file:${path}`
export const input = (path: string): ReadonlyArray<string> => ['-i', fileUrl(path)]

import { decoderLimits, demuxerLimits } from '../process/limits.ts'

/** Paths of the programs, release 5 or later. */
export type Programs = { readonly ffmpeg: string; readonly ffprobe: string }

export const QUIET = ['-nostdin', '-hide_banner', '-loglevel', 'error', '-nostats', '-n']

export const options = (named: Readonly<Record<string, string>>, suffix = ''): ReadonlyArray<string> =>
  Object.entries(named).flatMap(([name, value]) => [`-${name}${suffix}`, value])

/** Apply to the input that follows: they have no effect after `-i`. */
export const HARDENED = [...options(demuxerLimits), ...options({ max_pixels: decoderLimits.max_pixels })]

/** One graph for the whole stream: its first filter accepts any frame size, and it rotates frames itself. */
export const KEEP_GRAPH = ['-reinit_filter:v', '0', '-noautorotate']

// Without the protocol, a path with a colon could select another one.
export const fileUrl = (path: string): string => `file:${path}`
export const input = (path: string): ReadonlyArray<string> => ['-i', fileUrl(path)]

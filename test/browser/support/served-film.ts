import path from 'node:path'
import type { LarderExit } from '../../support/run-larder.ts'
import { runProcess } from './run.ts'
import { type ServedLibrary, serveLibrary } from './served-library.ts'

/** The signing mode of the film's URLs (http-api.md §3). */
export type Mode = 'none' | 'query' | 'path' | 'define'

export type Address = {
  readonly url: string
  /** The token for the header, or `null` if the address contains the token. */
  readonly jwt: string | null
}

/** A film of ten parts, in two sizes and with separate audio, on the built server. */
export type ServedFilm = {
  readonly base: string
  readonly uid: string
  /** The number of frames of the added film. */
  readonly pictures: number
  readonly seconds: number
  /** The number of parts of each export. The first part is shorter than the others. */
  readonly parts: number
  readonly secondPartSeconds: number
  readonly addressOf: (list: 'mobile.m3u8' | 'dash.mpd', mode: Mode, jwt?: string) => Address
  /**
   * Returns the media playlist of the first video rendition, without audio, signed with variables
   * (`presign=define`).
   */
  readonly videoPlaylistWithVariables: () => Promise<Address>
  /** Mints a token for the film with these options of `larder token`. */
  readonly tokenFor: (...restrictions: ReadonlyArray<string>) => Promise<string>
  /** Adds the audio of the film as a separate file. */
  readonly addSound: () => Promise<{ readonly uid: string; readonly jwt: string }>
  readonly larder: (...args: ReadonlyArray<string>) => Promise<LarderExit>
  /** The lines that the server has printed on standard error. */
  readonly complaints: ReadonlyArray<string>
  readonly close: () => Promise<void>
}

/** Requests a playlist with variables. URLs in a master playlist do not request this for its children. */
export const requestVariables = (url: string): string => `${url}&presign=define`

/** The time limit for making the film (ms), which is long enough for a busy machine. */
const mostMs = 600_000

const times = 14
const sample = { pictures: 96, samples: 192_000, seconds: 4 }

/** Repeats the sample of four seconds. The exports have one part of two seconds and nine of six. */
const makeFilm = async (file: string): Promise<void> => {
  const pictures = `loop=loop=${times - 1}:size=${sample.pictures},setpts=N/24/TB`
  const sound = `aloop=loop=${times - 1}:size=${sample.samples},asetpts=N/SR/TB`
  const coded = ['-c:v', 'libx264', '-preset', 'ultrafast', '-crf', '23', '-c:a', 'aac']
  const input = ['-v', 'error', '-i', 'test/media/bunny.mp4', '-vf', pictures, '-af', sound]
  const args = [...input, '-t', String(times * sample.seconds), ...coded, file]
  const { code, err } = await runProcess('ffmpeg', args, mostMs)
  if (code !== 0) throw new Error(err)
}

/** Returns the URL of a playlist, and the token for the header if there is one. */
export const addressIn = (
  { base }: Pick<ServedLibrary, 'base'>,
  uid: string,
  list: 'mobile.m3u8' | 'dash.mpd' | 'web.json',
  mode: Mode,
  jwt: string,
): Address => {
  const api = `${base}/api/1`
  const route = `content_files/${uid}/${list}`
  if (mode === 'none') return { url: `${api}/${route}`, jwt }
  if (mode === 'path') return { url: `${api}/~${jwt}/${route}`, jwt: null }
  const url = `${api}/${route}?jwt=${jwt}`
  return { url: mode === 'define' ? requestVariables(url) : url, jwt: null }
}

/** Adds the film. Closes the library if this fails. */
const addFilm = async (library: ServedLibrary, file: string): Promise<string> => {
  try {
    await makeFilm(file)
    return await library.add(file)
  } catch (cause) {
    await library.close()
    throw cause
  }
}

export const serveFilm = async (): Promise<ServedFilm> => {
  const library = await serveLibrary()
  const file = path.join(library.folder, 'film.mp4')
  const uid = await addFilm(library, file)
  const whole = await library.tokenFor(uid)
  const addressOf: ServedFilm['addressOf'] = (list, mode, jwt = whole) =>
    addressIn(library, uid, list, mode, jwt)

  return {
    base: library.base,
    uid,
    pictures: times * sample.pictures,
    seconds: times * sample.seconds,
    parts: 10,
    secondPartSeconds: 6,
    addressOf,
    videoPlaylistWithVariables: async () => {
      const { url } = addressOf('mobile.m3u8', 'query')
      const lines = (await (await fetch(url)).text()).split('\n')
      const uri = lines.find((line) => line !== '' && !line.startsWith('#'))
      if (uri === undefined) throw new Error('the master playlist names no list')
      return { url: requestVariables(new URL(uri, url).href), jwt: null }
    },
    tokenFor: (...options) => library.tokenFor(uid, ...options),
    addSound: async () => {
      const alone = path.join(library.folder, 'sound.m4a')
      const { code, err } = await runProcess('ffmpeg', [
        '-v',
        'error',
        '-i',
        file,
        '-vn',
        '-c',
        'copy',
        alone,
      ])
      if (code !== 0) throw new Error(err)
      const added = await library.add(alone)
      return { uid: added, jwt: await library.tokenFor(added) }
    },
    larder: library.larder,
    complaints: library.complaints,
    close: library.close,
  }
}

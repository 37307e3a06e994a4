import path from 'node:path'
import type { Ended } from '../../support/run-larder.ts'
import { run } from './run.ts'
import { type ServedLibrary, serveLibrary } from './served-library.ts'

/** How the token of the film travels (http-api.md §3). */
export type Mode = 'none' | 'query' | 'path' | 'define'

export type Address = {
  readonly url: string
  /** For the header; `null` where the address has it. */
  readonly jwt: string | null
}

/** A film of ten parts, two sizes and sound in a group of its own, as the built server serves it. */
export type ServedFilm = {
  readonly base: string
  readonly uid: string
  /** Of the film that was added. */
  readonly pictures: number
  readonly seconds: number
  /** Of the exports: the first part is shorter than the others. */
  readonly parts: number
  readonly secondPartSeconds: number
  readonly addressOf: (list: 'mobile.m3u8' | 'dash.mpd', mode: Mode, jwt?: string) => Address
  /** The media playlist of the first pictures, which has no sound, signed by define. */
  readonly pictureListWithVariables: () => Promise<Address>
  /** A token with these options of `larder token`. */
  readonly tokenFor: (...restrictions: ReadonlyArray<string>) => Promise<string>
  /** Adds the sound of the film by itself. */
  readonly addSound: () => Promise<{ readonly uid: string; readonly jwt: string }>
  readonly larder: (...args: ReadonlyArray<string>) => Promise<Ended>
  /** What the server has said on standard error. */
  readonly complaints: ReadonlyArray<string>
  readonly close: () => Promise<void>
}

/** A list asked to define variables: by a master playlist its children are not asked to. */
export const withVariables = (url: string): string => `${url}&presign=define`

/** Of its making, on a machine that does much else. */
const mostMs = 600_000

const times = 14
const sample = { pictures: 96, samples: 192_000, seconds: 4 }

/** Two seconds, and six nine times: the sample, which lasts four seconds, over and over. */
const makeFilm = async (file: string): Promise<void> => {
  const pictures = `loop=loop=${times - 1}:size=${sample.pictures},setpts=N/24/TB`
  const sound = `aloop=loop=${times - 1}:size=${sample.samples},asetpts=N/SR/TB`
  const coded = ['-c:v', 'libx264', '-preset', 'ultrafast', '-crf', '23', '-c:a', 'aac']
  const input = ['-v', 'error', '-i', 'test/media/bunny.mp4', '-vf', pictures, '-af', sound]
  const args = [...input, '-t', String(times * sample.seconds), ...coded, file]
  const { code, err } = await run('ffmpeg', args, mostMs)
  if (code !== 0) throw new Error(err)
}

/** Where a list of a file is, and the token that goes with it. */
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
  return { url: mode === 'define' ? withVariables(url) : url, jwt: null }
}

/** A server that has nothing to serve goes at once. */
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
    pictureListWithVariables: async () => {
      const { url } = addressOf('mobile.m3u8', 'query')
      const lines = (await (await fetch(url)).text()).split('\n')
      const uri = lines.find((line) => line !== '' && !line.startsWith('#'))
      if (uri === undefined) throw new Error('the master playlist names no list')
      return { url: withVariables(new URL(uri, url).href), jwt: null }
    },
    tokenFor: (...options) => library.tokenFor(uid, ...options),
    addSound: async () => {
      const alone = path.join(library.folder, 'sound.m4a')
      const { code, err } = await run('ffmpeg', ['-v', 'error', '-i', file, '-vn', '-c', 'copy', alone])
      if (code !== 0) throw new Error(err)
      const added = await library.add(alone)
      return { uid: added, jwt: await library.tokenFor(added) }
    },
    larder: library.larder,
    complaints: library.complaints,
    close: library.close,
  }
}

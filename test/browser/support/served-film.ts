import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { serverGone } from '../../support/postgres.ts'
import { type Ended, runLarder, serveLarder } from '../../support/run-larder.ts'
import { run } from './run.ts'

/** How the token of the film travels (http-api.md §3). */
export type Mode = 'none' | 'query' | 'path' | 'define'

export type Address = {
  readonly url: string
  /** For the header; `null` where the address has it. */
  readonly jwt: string | null
}

/** A film of two parts, two sizes and sound in a group of its own, as the built server serves it. */
export type ServedFilm = {
  readonly uid: string
  /** Of the film that was added. */
  readonly pictures: number
  readonly seconds: number
  readonly addressOf: (list: 'mobile.m3u8' | 'dash.mpd', mode: Mode, jwt?: string) => Address
  /** The media playlist of the largest pictures, which has no sound, signed by define. */
  readonly pictureListWithVariables: () => Promise<Address>
  /** A token with these options of `larder token`. */
  readonly tokenFor: (...restrictions: ReadonlyArray<string>) => Promise<string>
  readonly larder: (...args: ReadonlyArray<string>) => Promise<Ended>
  /** What the server has said on standard error. */
  readonly complaints: ReadonlyArray<string>
  readonly close: () => Promise<void>
}

/** A list asked to define variables: by a master playlist its children are not asked to. */
export const withVariables = (url: string): string => `${url}&presign=define`

/** The first part is six seconds long, so four seconds twice make two parts. */
const makeFilm = async (file: string): Promise<void> => {
  const twice = ['-stream_loop', '1', '-i', 'test/media/bunny.mp4', '-c', 'copy']
  const { code, err } = await run('ffmpeg', ['-v', 'error', ...twice, file])
  if (code !== 0) throw new Error(err)
}

const measure = async (file: string): Promise<{ readonly pictures: number; readonly seconds: number }> => {
  const entries = ['-show_entries', 'stream=nb_read_frames:format=duration', '-of', 'csv=p=0']
  const { out } = await run('ffprobe', [
    '-v',
    'error',
    '-count_frames',
    '-select_streams',
    'v',
    ...entries,
    file,
  ])
  const [pictures = 0, seconds = 0] = out.trim().split('\n').map(Number)
  return { pictures, seconds }
}

export const serveFilm = async (): Promise<ServedFilm> => {
  const folder = await mkdtemp(path.join(tmpdir(), 'larder-players-'))
  const env = { DATA_DIR: path.join(folder, 'data') }
  const larder = (...args: ReadonlyArray<string>) => runLarder(args, env, 'built')
  const line = async (...args: ReadonlyArray<string>): Promise<string> => {
    const { code, out, err } = await larder(...args)
    if (code !== 0 || out[0] === undefined) throw new Error(err.join('\n'))
    return out[0]
  }

  const file = path.join(folder, 'film.mp4')
  await makeFilm(file)
  const serving = await serveLarder(env, 'built')
  const { uid } = JSON.parse(await line('add', '--json', file))
  const tokenFor = (...restrictions: ReadonlyArray<string>) => line('token', uid, ...restrictions)
  const whole = await tokenFor()

  const addressOf: ServedFilm['addressOf'] = (list, mode, jwt = whole) => {
    const api = `${serving.base}/api/1`
    const route = `content_files/${uid}/${list}`
    if (mode === 'none') return { url: `${api}/${route}`, jwt }
    if (mode === 'path') return { url: `${api}/~${jwt}/${route}`, jwt: null }
    const url = `${api}/${route}?jwt=${jwt}`
    return { url: mode === 'define' ? withVariables(url) : url, jwt: null }
  }

  return {
    uid,
    ...(await measure(file)),
    addressOf,
    pictureListWithVariables: async () => {
      const { url } = addressOf('mobile.m3u8', 'query')
      const lines = (await (await fetch(url)).text()).split('\n')
      const uri = lines.find((line) => line !== '' && !line.startsWith('#'))
      if (uri === undefined) throw new Error('the master playlist names no list')
      return { url: withVariables(new URL(uri, url).href), jwt: null }
    },
    tokenFor,
    larder,
    complaints: serving.err,
    close: async () => {
      await serving.end('SIGTERM')
      await serverGone(path.join(env.DATA_DIR, 'postgres'))
      await rm(folder, { recursive: true, force: true })
    },
  }
}

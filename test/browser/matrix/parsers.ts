import { readFile } from 'node:fs/promises'
import { Parser } from 'm3u8-parser'
import { parse } from 'mpd-parser'
import { comparedWith, type Player, type Task } from './player.ts'

const fetched = async (url: string, { jwt }: Task): Promise<string> => {
  const response = await fetch(url, { headers: jwt === null ? {} : { authorization: `bearer ${jwt}` } })
  if (!response.ok) throw new Error(`${response.status}`)
  return response.text()
}

const versionOf = (name: string) => async (): Promise<string> =>
  JSON.parse(await readFile(`node_modules/${name}/package.json`, 'utf8')).version

type Lasting = { readonly duration: number; readonly uri?: string; readonly resolvedUri?: string }

/** What a list says, and whether each part is there. */
const judged = async (segments: ReadonlyArray<Lasting>, base: string, task: Task): Promise<string | null> => {
  for (const { uri, resolvedUri } of segments)
    await fetched(new URL(resolvedUri ?? uri ?? '', base).href, task)
  return comparedWith(
    task.seconds,
    segments.reduce((sum, { duration }) => sum + duration, 0),
  )
}

const readM3u8 = async (url: string, task: Task) => {
  const parser = new Parser({ uri: url })
  parser.push(await fetched(url, task))
  parser.end()
  return parser.manifest
}

const caught = async (judge: () => Promise<string | null>): Promise<string | null> => {
  try {
    return await judge()
  } catch (cause) {
    return cause instanceof Error ? cause.message : String(cause)
  }
}

const m3u8Parser: Player = {
  name: 'm3u8-parser',
  version: versionOf('m3u8-parser'),
  takes: ({ list }) => list === 'mobile.m3u8',
  play: (task) =>
    caught(async () => {
      const { playlists = [] } = await readM3u8(task.url, task)
      for (const { uri } of playlists) {
        const child = new URL(uri, task.url).href
        const url = task.mode === 'define' ? `${child}&presign=define` : child
        const wrong = await judged((await readM3u8(url, task)).segments, url, task)
        if (wrong !== null) return wrong
      }
      return playlists.length === 0 ? 'finds no variant' : null
    }),
}

const mpdParser: Player = {
  name: 'mpd-parser',
  version: versionOf('mpd-parser'),
  takes: ({ list }) => list === 'dash.mpd',
  play: (task) =>
    caught(async () => {
      const { playlists } = parse(await fetched(task.url, task), { manifestUri: task.url })
      for (const { segments } of playlists) {
        const wrong = await judged(segments, task.url, task)
        if (wrong !== null) return wrong
      }
      return playlists.length === 0 ? 'finds no representation' : null
    }),
}

export const parsers: ReadonlyArray<Player> = [m3u8Parser, mpdParser]

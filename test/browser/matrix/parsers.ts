import { readFile } from 'node:fs/promises'
import { Parser } from 'm3u8-parser'
import { parse } from 'mpd-parser'
import { durationFault, type Player, type Task } from './player.ts'

const fetchText = async (url: string, { jwt }: Task): Promise<string> => {
  const response = await fetch(url, { headers: jwt === null ? {} : { authorization: `bearer ${jwt}` } })
  if (!response.ok) throw new Error(`${response.status}`)
  return response.text()
}

const versionOf = (name: string) => async (): Promise<string> =>
  JSON.parse(await readFile(`node_modules/${name}/package.json`, 'utf8')).version

type TimedSegment = { readonly duration: number; readonly uri?: string; readonly resolvedUri?: string }

/** Checks that each part exists, and compares the sum of durations with the film's. */
const checkSegments = async (
  segments: ReadonlyArray<TimedSegment>,
  base: string,
  task: Task,
): Promise<string | null> => {
  for (const { uri, resolvedUri } of segments)
    await fetchText(new URL(resolvedUri ?? uri ?? '', base).href, task)
  return durationFault(
    task.seconds,
    segments.reduce((sum, { duration }) => sum + duration, 0),
  )
}

const readM3u8 = async (url: string, task: Task) => {
  const parser = new Parser({ uri: url })
  parser.push(await fetchText(url, task))
  parser.end()
  return parser.manifest
}

const asMessage = async (check: () => Promise<string | null>): Promise<string | null> => {
  try {
    return await check()
  } catch (cause) {
    return cause instanceof Error ? cause.message : String(cause)
  }
}

const m3u8Parser: Player = {
  name: 'm3u8-parser',
  version: versionOf('m3u8-parser'),
  takes: ({ list }) => list === 'mobile.m3u8',
  play: (task) =>
    asMessage(async () => {
      const { playlists = [] } = await readM3u8(task.url, task)
      for (const { uri } of playlists) {
        const child = new URL(uri, task.url).href
        const url = task.mode === 'define' ? `${child}&presign=define` : child
        const fault = await checkSegments((await readM3u8(url, task)).segments, url, task)
        if (fault !== null) return fault
      }
      return playlists.length === 0 ? 'finds no variant' : null
    }),
}

const mpdParser: Player = {
  name: 'mpd-parser',
  version: versionOf('mpd-parser'),
  takes: ({ list }) => list === 'dash.mpd',
  play: (task) =>
    asMessage(async () => {
      const { playlists } = parse(await fetchText(task.url, task), { manifestUri: task.url })
      for (const { segments } of playlists) {
        const fault = await checkSegments(segments, task.url, task)
        if (fault !== null) return fault
      }
      return playlists.length === 0 ? 'finds no representation' : null
    }),
}

export const parsers: ReadonlyArray<Player> = [m3u8Parser, mpdParser]

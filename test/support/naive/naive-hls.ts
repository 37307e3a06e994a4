import { type NaivePart, type NaiveTrack, readInit, readPart } from './naive-mp4.ts'
import type { Timed } from './naive-rates.ts'

/** Fetches a URL. Throws if the status is not a success. */
export type Fetched = (url: string) => Promise<Buffer>

export type NaiveList = {
  readonly url: string
  readonly target: number
  /** The declared durations (seconds), in order. */
  readonly extinf: ReadonlyArray<number>
  readonly track: NaiveTrack
  /** The segments, parsed. */
  readonly parts: ReadonlyArray<NaivePart>
  readonly timed: ReadonlyArray<Timed>
  /** Absolute URLs of the init segment and of each segment. */
  readonly initUrl: string
  readonly partUrls: ReadonlyArray<string>
}

type NaiveVariant = {
  readonly bandwidth: number
  readonly average: number
  readonly codecs: string
  readonly list: NaiveList
  readonly hasSoundGroup: boolean
}

export type NaiveMaster = {
  /** The variants in the order of the playlist. */
  readonly variants: ReadonlyArray<NaiveVariant>
  readonly sound: NaiveList | null
  readonly iFrameLists: ReadonlyArray<string>
  readonly bytes: number
}

const attribute = (line: string, name: string): string =>
  new RegExp(`[:,]${name}=("[^"]*"|[^,]*)`).exec(line)?.[1]?.replaceAll('"', '') ?? ''

const timedOf = ({ bytes, ticks }: NaivePart, { timescale }: NaiveTrack): Timed => ({
  bytes,
  seconds: ticks / timescale,
})

const readList = async (url: string, fetched: Fetched): Promise<NaiveList> => {
  const text = (await fetched(url)).toString()
  const absolute = (uri: string) => new URL(uri, url).href
  const initUrl = absolute(/#EXT-X-MAP:URI="([^"]+)"/.exec(text)?.[1] ?? '')
  const track = readInit(await fetched(initUrl))
  const partUrls = text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map(absolute)
  const parts: NaivePart[] = []
  for (const partUrl of partUrls) parts.push(readPart(await fetched(partUrl), track))
  return {
    url,
    target: Number(/#EXT-X-TARGETDURATION:(\d+)\n/.exec(text)?.[1]),
    extinf: [...text.matchAll(/#EXTINF:(\d+\.\d+),\n/g)].map(([, seconds]) => Number(seconds)),
    track,
    parts,
    timed: parts.map((part) => timedOf(part, track)),
    initUrl,
    partUrls,
  }
}

/** Reads a master playlist with all its playlists and segments, line by line, without a shared parser. */
export const readMaster = async (url: string, fetched: Fetched): Promise<NaiveMaster> => {
  const bytes = await fetched(url)
  const lines = bytes.toString().split('\n')
  const lists = new Map<string, Promise<NaiveList>>()
  const listAt = (uri: string): Promise<NaiveList> => {
    const absolute = new URL(uri, url).href
    const list = lists.get(absolute) ?? readList(absolute, fetched)
    lists.set(absolute, list)
    return list
  }
  const media = lines.find((line) => line.startsWith('#EXT-X-MEDIA:TYPE=AUDIO'))
  const variants: NaiveVariant[] = []
  for (const [i, line] of lines.entries()) {
    if (!line.startsWith('#EXT-X-STREAM-INF:')) continue
    variants.push({
      bandwidth: Number(attribute(line, 'BANDWIDTH')),
      average: Number(attribute(line, 'AVERAGE-BANDWIDTH')),
      codecs: attribute(line, 'CODECS'),
      list: await listAt(lines[i + 1] ?? ''),
      hasSoundGroup: attribute(line, 'AUDIO') !== '',
    })
  }
  return {
    variants,
    sound: media === undefined ? null : await listAt(attribute(media, 'URI')),
    iFrameLists: lines
      .filter((line) => line.startsWith('#EXT-X-I-FRAME-STREAM-INF:'))
      .map((line) => new URL(attribute(line, 'URI'), url).href),
    bytes: bytes.length,
  }
}

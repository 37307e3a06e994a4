import { boxAlong, boxesAlong } from './edit-mp4.ts'
import type { Timed } from './naive/naive-rates.ts'
import * as ratesOf from './naive/naive-rates.ts'

// A minimal HLS client that parses playlists and attributes with regular expressions, and boxes by their
// positions. It shares no code with the parts of `src` that write playlists and measure segments.

export type NaivePart = { readonly bytes: Buffer; readonly extinf: number; readonly seconds: number }
export type NaiveList = {
  readonly target: number
  readonly codec: string
  readonly parts: ReadonlyArray<NaivePart>
}
export type NaiveVariant = {
  readonly attributes: Readonly<Record<string, string>>
  readonly lists: ReadonlyArray<NaiveList>
}

type Fetch = (url: string) => Promise<Buffer>

const attributesOf = (line: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [...line.matchAll(/([A-Z0-9-]+)=("[^"]*"|[^",]*)/g)].map(([, name = '', value = '']) => [
      name,
      value.replaceAll('"', ''),
    ]),
  )

/**
 * Returns all variants of a master playlist. Each has the media playlists that play together, and their
 * segments.
 */
export const readMaster = async (url: string, get: Fetch): Promise<ReadonlyArray<NaiveVariant>> => {
  const lines = (await get(url)).toString('utf8').split('\n')
  const groups = lines.filter((line) => line.startsWith('#EXT-X-MEDIA:')).map(attributesOf)
  const variants: NaiveVariant[] = []
  for (const [i, line] of lines.entries()) {
    if (!line.startsWith('#EXT-X-STREAM-INF:')) continue
    const attributes = attributesOf(line)
    const sounds = groups.filter((group) => group['GROUP-ID'] === attributes.AUDIO)
    const uris = [lines[i + 1] ?? '', ...sounds.flatMap((sound) => (sound.URI ? [sound.URI] : []))]
    const lists: NaiveList[] = []
    for (const uri of uris) lists.push(await readList(new URL(uri, url).href, get))
    variants.push({ attributes, lists })
  }
  return variants
}

const readList = async (url: string, get: Fetch): Promise<NaiveList> => {
  const text = (await get(url)).toString('utf8')
  const map = /#EXT-X-MAP:URI="([^"]+)"/.exec(text)?.[1] ?? ''
  const init = await get(new URL(map, url).href)
  const parts: NaivePart[] = []
  for (const [, extinf = '', uri = ''] of text.matchAll(/#EXTINF:([\d.]+),.*\n(?:#.*\n)*([^#\n]+)/g)) {
    const bytes = await get(new URL(uri, url).href)
    parts.push({ bytes, extinf: Number(extinf), seconds: secondsOf(init, bytes) })
  }
  return {
    target: Number(/#EXT-X-TARGETDURATION:(\d+)/.exec(text)?.[1]),
    codec: codecOf(init),
    parts,
  }
}

const track = ['moov', 'trak', 'mdia']

/**
 * The sum of all sample durations (seconds). A duration is in the `trun`, else in the `tfhd`, else in the
 * `trex`.
 */
const secondsOf = (init: Buffer, part: Buffer): number => {
  const mdhd = boxAlong(init, [...track, 'mdhd']).body
  const timescale = init.readUInt32BE(mdhd + (init[mdhd] === 1 ? 20 : 12))
  const defaultTicks = init.readUInt32BE(boxAlong(init, ['moov', 'mvex', 'trex']).body + 12)
  let ticks = 0
  const headers = boxesAlong(part, ['moof', 'traf', 'tfhd'])
  for (const [i, { body }] of boxesAlong(part, ['moof', 'traf', 'trun']).entries()) {
    const header = headers[i]?.body ?? 0
    const headerFlags = part.readUInt32BE(header)
    const fragmentTicks =
      headerFlags & 0x08 ? part.readUInt32BE(header + 8 + (headerFlags & 0x02 ? 4 : 0)) : defaultTicks
    const flags = part.readUInt32BE(body)
    const count = part.readUInt32BE(body + 4)
    const stride = [0x100, 0x200, 0x400, 0x800].filter((flag) => flags & flag).length * 4
    const first = body + 8 + (flags & 0x01 ? 4 : 0) + (flags & 0x04 ? 4 : 0)
    for (let sample = 0; sample < count; sample++)
      ticks += flags & 0x100 ? part.readUInt32BE(first + sample * stride) : fragmentTicks
  }
  return ticks / timescale
}

const codecOf = (init: Buffer): string => {
  const entries = [...track, 'minf', 'stbl', 'stsd']
  const [film] = boxesAlong(init, [...entries, 'avc1', 'avcC'])
  if (film !== undefined) return `avc1.${init.toString('hex', film.body + 1, film.body + 4)}`
  const { start, size } = boxAlong(init, [...entries, 'mp4a', 'esds'])
  // The object type follows the tag of DecoderSpecificInfo and a length of one to four bytes.
  const specific = init.subarray(start, start + size)
  const longForm = specific.lastIndexOf(Buffer.from([0x05, 0x80, 0x80, 0x80]))
  const config = longForm >= 0 ? specific[longForm + 5] : specific[specific.lastIndexOf(0x05) + 2]
  return `mp4a.40.${(config ?? 0) >> 3}`
}

const timed = (parts: ReadonlyArray<NaivePart>): ReadonlyArray<Timed> =>
  parts.map(({ bytes, seconds }) => ({ bytes: bytes.length, seconds }))

export const naivePeak = ({ parts, target }: NaiveList): number => ratesOf.naivePeak(timed(parts), target)
export const naiveAverage = ({ parts }: NaiveList): number => ratesOf.naiveAverage(timed(parts))

import type { Fetched } from './naive-hls.ts'

type NaiveRepresentation = {
  readonly bandwidth: number
  readonly codecs: string
  readonly timescale: number
  /** The duration of each `S` element (ticks), in order. */
  readonly durations: ReadonlyArray<number>
  readonly partUrls: ReadonlyArray<string>
}

const attribute = (tag: string, name: string): string =>
  new RegExp(` ${name}="([^"]*)"`).exec(tag)?.[1]?.replaceAll('&amp;', '&') ?? ''

/**
 * Reads a manifest as players do that equate the index of an `S` element with the index of its segment
 * (dash.js since version 3, VLC). Throws where such a player would fail.
 */
export const readManifest = async (
  url: string,
  fetched: Fetched,
): Promise<ReadonlyArray<NaiveRepresentation>> => {
  const xml = (await fetched(url)).toString()
  const base = new URL(/<BaseURL>([^<]*)</.exec(xml)?.[1]?.replaceAll('&amp;', '&') ?? '', url).href
  return [...xml.matchAll(/<Representation .*?<\/Representation>/gs)].map(([representation]) => {
    const entries = [...representation.matchAll(/<S [^>]*>/g)].map(([s]) => s)
    const partUrls = [...representation.matchAll(/<SegmentURL [^>]*>/g)].map(
      ([segment]) => new URL(attribute(segment, 'media'), base).href,
    )
    if (entries.some((s) => attribute(s, 'r') !== ''))
      throw new Error('an S that stands for several segments')
    if (entries.length !== partUrls.length)
      throw new Error(`${entries.length} S for ${partUrls.length} segments`)
    return {
      bandwidth: Number(attribute(representation, 'bandwidth')),
      codecs: attribute(representation, 'codecs'),
      timescale: Number(attribute(/<SegmentList [^>]*>/.exec(representation)?.[0] ?? '', 'timescale')),
      durations: entries.map((s) => Number(attribute(s, 'd'))),
      partUrls,
    }
  })
}

import { expect } from 'chai'
import { readManifest } from './naive-dash.ts'
import { type Fetched, type NaiveList, type NaiveMaster, readMaster } from './naive-hls.ts'
import { naiveAverage, naivePeak, type Timed, total } from './naive-rates.ts'

/** The precision of times in playlists: one microsecond (in seconds). */
const resolution = 1e-6

const expectTrueList = ({ url, target, extinf, track, parts, timed }: NaiveList): void => {
  expect(extinf, url).to.have.length(parts.length)
  let [listed, actual] = [0, 0]
  for (const [i, part] of parts.entries()) {
    expect(part.startTicks / track.timescale, `start of part ${i} of ${url}`).to.be.closeTo(
      actual,
      resolution,
    )
    listed += extinf[i] ?? Number.NaN
    actual += timed[i]?.seconds ?? Number.NaN
    expect(listed, `end of part ${i} of ${url}`).to.be.closeTo(actual, 1.5 * resolution)
    expect(Math.round(extinf[i] ?? Number.NaN), `part ${i} of ${url}`).to.be.at.most(target)
    if (track.codec.startsWith('mp4a')) expect(new Set(part.samples)).to.deep.equal(new Set([1024]))
  }
}

const expectTrueRates = ({ variants, sound }: NaiveMaster): void => {
  for (const { bandwidth, average, codecs, list, hasSoundGroup } of variants) {
    const together = hasSoundGroup && sound !== null ? [list, sound] : [list]
    const sum = (rate: (timed: ReadonlyArray<Timed>, target: number) => number) =>
      together.reduce((all, { timed, target }) => all + rate(timed, target), 0)
    expect(bandwidth, `BANDWIDTH of ${list.url}`).to.equal(sum(naivePeak))
    expect(average, `AVERAGE-BANDWIDTH of ${list.url}`).to.equal(sum(naiveAverage))
    expect(codecs).to.equal(together.map(({ track }) => track.codec).join(','))
  }
}

/**
 * Expects that a fragment starts at each range of an I-frame playlist. Returns the playlist's duration
 * (seconds).
 */
const expectTrueIFrames = async (url: string, fetched: Fetched): Promise<number> => {
  const text = (await fetched(url)).toString()
  const entries = [...text.matchAll(/#EXTINF:([\d.]+),\n#EXT-X-BYTERANGE:(\d+)@(\d+)\n(\S+)\n/g)]
  expect(entries, url).not.to.deep.equal([])
  for (const [, , length = '', offset = '', uri = ''] of entries) {
    const part = await fetched(new URL(uri, url).href)
    expect(part.toString('latin1', Number(offset) + 4, Number(offset) + 8), url).to.equal('moof')
    expect(Number(offset) + Number(length), url).to.be.at.most(part.length)
  }
  return entries.reduce((sum, [, seconds]) => sum + Number(seconds), 0)
}

/**
 * Computes BANDWIDTH, AVERAGE-BANDWIDTH, CODECS, EXTINF, the target duration and `S` of all playlists and
 * manifests of a file from its segments, and expects that the listed values are exact. Returns the parsed
 * master playlist.
 */
export const expectTrueLists = async (
  urls: { readonly master: string; readonly manifest: string },
  fetched: Fetched,
): Promise<NaiveMaster> => {
  const master = await readMaster(urls.master, fetched)
  const lists = [...master.variants.map(({ list }) => list), ...(master.sound === null ? [] : [master.sound])]
  for (const list of lists) expectTrueList(list)
  expect(new Set(lists.map(({ target }) => target)).size, 'targets').to.equal(1)
  expectTrueRates(master)

  const lengths = lists.map(({ timed }) => total(timed).seconds)
  for (const length of lengths) expect(length).to.be.closeTo(lengths[0] ?? Number.NaN, 0.201)
  for (const url of master.iFrameLists)
    expect(await expectTrueIFrames(url, fetched)).to.be.closeTo(lengths[0] ?? Number.NaN, 0.001)

  for (const { partUrls, timescale, durations, bandwidth, codecs } of await readManifest(
    urls.manifest,
    fetched,
  )) {
    const list = lists.find((candidate) => candidate.partUrls[0] === partUrls[0])
    expect(partUrls).to.deep.equal(list?.partUrls)
    expect(timescale).to.equal(list?.track.timescale)
    expect(durations).to.deep.equal(list?.parts.map(({ ticks }) => ticks))
    expect(bandwidth).to.equal(naivePeak(list?.timed ?? [], list?.target ?? 0))
    expect(codecs).to.equal(list?.track.codec)
  }
  return master
}

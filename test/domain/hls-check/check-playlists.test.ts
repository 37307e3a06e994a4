import { expect } from 'chai'
import { signM3u8 } from '../../../src/domain/hls/sign-m3u8.ts'
import { checkPlaylists } from '../../../src/domain/hls-check/check-playlists.ts'
import { refused, unavailable } from '../../../src/domain/shared/errors.ts'
import { TE } from '../../../src/fp.ts'
import type { FetchedPlaylist, FetchPlaylist } from '../../../src/ports/playlist-fetcher.ts'
import { left, right } from '../../support/expect-right.ts'

const home = 'https://media.example.com/api/1/content_files'

const stream = (name: string, bandwidth: number, facts: string) =>
  `#EXT-X-STREAM-INF:BANDWIDTH=${bandwidth},AVERAGE-BANDWIDTH=1000,${facts},CLOSED-CAPTIONS=NONE\n../exports/${name}.m3u8\n`
const master = `#EXTM3U
#EXT-X-VERSION:4
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="sound",NAME="Sound",URI="../exports/sound.m3u8"
${stream('large', 900_000, 'CODECS="avc1.640028,mp4a.40.2",RESOLUTION=1280x720,FRAME-RATE=24.000,AUDIO="sound"')}\
${stream('small', 400_000, 'CODECS="avc1.64001e,mp4a.40.2",RESOLUTION=640x360,FRAME-RATE=24.000,AUDIO="sound"')}\
${stream('sound', 130_000, 'CODECS="mp4a.40.2"')}\
#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=90000,CODECS="avc1.640028",RESOLUTION=1280x720,URI="../exports/large.iframes.m3u8"
`

const media = (...durations: ReadonlyArray<number>) => `#EXTM3U
#EXT-X-VERSION:3
#EXT-X-TARGETDURATION:6
#EXT-X-MEDIA-SEQUENCE:0
#EXT-X-PLAYLIST-TYPE:VOD
#EXT-X-INDEPENDENT-SEGMENTS
${durations.map((seconds, i) => `#EXTINF:${seconds.toFixed(6)},\nparts/${i}.ts\n`).join('')}#EXT-X-ENDLIST
`

const iFrames = (...durations: ReadonlyArray<number>) => `#EXTM3U
#EXT-X-VERSION:4
#EXT-X-TARGETDURATION:${Math.max(...durations.map(Math.round))}
#EXT-X-MEDIA-SEQUENCE:0
#EXT-X-PLAYLIST-TYPE:VOD
#EXT-X-I-FRAMES-ONLY
${durations.map((seconds, i) => `#EXTINF:${seconds.toFixed(6)},\n#EXT-X-BYTERANGE:376@${i * 1880}\nparts/0.ts\n`).join('')}#EXT-X-ENDLIST
`

const served = (text: string): FetchedPlaylist => ({
  text,
  contentType: 'application/vnd.apple.mpegurl',
  contentEncoding: 'gzip',
})

type Site = Readonly<Record<string, FetchedPlaylist>>
const site: Site = {
  [`${home}/cf_x/mobile.m3u8`]: served(master),
  [`${home}/exports/large.m3u8`]: served(media(6, 6, 1.5)),
  [`${home}/exports/small.m3u8`]: served(media(6, 6, 1.5)),
  [`${home}/exports/sound.m3u8`]: served(media(6.016, 5.984, 1.5)),
  [`${home}/exports/large.iframes.m3u8`]: served(iFrames(3, 3, 3, 3, 1.5)),
}
const start = `${home}/cf_x/mobile.m3u8`

const fetchFrom =
  (lists: Site): FetchPlaylist =>
  (url) => {
    const list = lists[url]
    return list === undefined ? TE.left(refused('404 Not Found')) : TE.right(list)
  }

/** Returns the findings as `file:line rule`. */
const findingsIn = async (lists: Site): Promise<ReadonlyArray<string>> => {
  const reports = await right(checkPlaylists(start, fetchFrom(lists)))
  return reports.flatMap(({ url, findings }) =>
    findings.map(({ rule, line }) => `${url.split('/').at(-1)}:${line} ${rule}`),
  )
}

const withList = (name: string, list: FetchedPlaylist): Site => ({
  ...site,
  [`${home}/exports/${name}.m3u8`]: list,
})

describe('the examiner that follows a master playlist', () => {
  it('reports on the playlist and on each of its children once', async () => {
    const reports = await right(checkPlaylists(start, fetchFrom(site)))
    expect(reports).to.deep.equal([
      { url: start, findings: [] },
      ...['sound', 'large', 'small', 'large.iframes'].map((name) => ({
        url: `${home}/exports/${name}.m3u8`,
        findings: [],
      })),
    ])
  })

  it('reports on a media playlist by itself', async () => {
    const url = `${home}/exports/large.m3u8`
    expect(await right(checkPlaylists(url, fetchFrom(site)))).to.deep.equal([{ url, findings: [] }])
  })

  it('fails if the playlist itself cannot be fetched', async () => {
    expect(await left(checkPlaylists(`${home}/none.m3u8`, fetchFrom(site)))).to.deep.equal(
      refused('404 Not Found'),
    )
  })

  it('finds a missing child, on the line that names it', async () => {
    const { [`${home}/exports/small.m3u8`]: _, ...rest } = site
    expect(await findingsIn(rest)).to.deep.equal(['mobile.m3u8:8 reachable'])
  })

  it('finds a child whose origin is down', async () => {
    const down: FetchPlaylist = (url) =>
      url === start ? TE.right(served(master)) : TE.left(unavailable('origin')('down'))
    const [report] = await right(checkPlaylists(start, down))
    expect(report?.findings.map(({ reason }) => reason)).to.deep.equal([
      'refers to ../exports/sound.m3u8: origin cannot be reached',
      'refers to ../exports/large.m3u8: origin cannot be reached',
      'refers to ../exports/small.m3u8: origin cannot be reached',
      'refers to ../exports/large.iframes.m3u8: origin cannot be reached',
    ])
  })

  it('[V65] reports one fault for a text that is not a playlist, at the top and below', async () => {
    const page: FetchedPlaylist = {
      text: '<!doctype html>\n<html>\n\n#not a tag\n{"a":1}\n</html>\n',
      contentType: 'text/html; charset=utf-8',
      contentEncoding: null,
    }
    expect(await findingsIn({ [start]: page })).to.deep.equal(['mobile.m3u8:null head'])
    expect(await findingsIn({ [start]: { ...page, text: '' } })).to.deep.equal(['mobile.m3u8:null head'])
    expect(await findingsIn(withList('small', page))).to.deep.equal(['small.m3u8:null head'])
  })

  it('finds an invalid URI', async () => {
    const odd = served(master.replace('../exports/small.m3u8', 'http://[odd/small.m3u8'))
    expect(await findingsIn({ ...site, [start]: odd })).to.deep.equal(['mobile.m3u8:8 reachable'])
  })

  it('finds unequal target durations (W25)', async () => {
    const long = served(media(6, 6, 1.5).replace('DURATION:6', 'DURATION:7'))
    expect(await findingsIn(withList('sound', long))).to.deep.equal([
      'large.m3u8:3 same-target',
      'small.m3u8:3 same-target',
    ])
  })

  it('finds renditions that are segmented at other times', async () => {
    expect(await findingsIn(withList('small', served(media(6, 5.9, 1.6))))).to.deep.equal([
      'small.m3u8:9 aligned',
    ])
    expect(await findingsIn(withList('small', served(media(6, 6))))).to.deep.equal([
      'small.m3u8:null aligned',
    ])
  })

  it('finds an I-frame playlist whose duration differs from that of the film', async () => {
    expect(await findingsIn(withList('large.iframes', served(iFrames(3, 3, 3, 3))))).to.deep.equal([
      'large.iframes.m3u8:null i-frames',
    ])
  })

  it('finds a media playlist instead of an I-frame playlist, and the reverse', async () => {
    expect(await findingsIn(withList('large.iframes', served(media(6, 6, 1.5))))).to.deep.equal([
      'large.iframes.m3u8:null i-frame-stream',
    ])
    expect(await findingsIn(withList('sound', served(iFrames(6, 6, 1.5))))).to.deep.equal([
      'sound.m3u8:6 i-frame-stream',
    ])
  })

  it('finds a wrong media type and a playlist that is not compressed (W9, W25)', async () => {
    const plain = {
      ...served(media(6, 6, 1.5)),
      contentType: 'Text/Plain; charset=utf-8',
      contentEncoding: null,
    }
    expect(await findingsIn(withList('large', plain))).to.deep.equal([
      'large.m3u8:null media-type',
      'large.m3u8:null compression',
    ])
  })

  it('replaces variables whose value comes from the query', async () => {
    const signed = served(signM3u8(master, { mode: 'define' }))
    const fetched: string[] = []
    const fetchList: FetchPlaylist = (url) => {
      fetched.push(url)
      return TE.right(url.startsWith(start) ? signed : served(media(6)))
    }
    await right(checkPlaylists(`${start}?jwt=a.b.c`, fetchList))
    expect(fetched.slice(1)).to.deep.equal(
      ['sound', 'large', 'small', 'large.iframes'].map((name) => `${home}/exports/${name}.m3u8?jwt=a.b.c`),
    )
  })
})

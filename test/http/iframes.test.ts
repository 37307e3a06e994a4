import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect } from 'chai'
import type { Larder } from '../../src/composition/larder.ts'
import type { Restrictions } from '../../src/domain/access/restrictions.ts'
import { checkMediaPlaylist } from '../../src/domain/hls-check/check-media-playlist.ts'
import { checkPlaylists } from '../../src/domain/hls-check/check-playlists.ts'
import { addFile } from '../../src/domain/ingest/add-file.ts'
import { O } from '../../src/fp.ts'
import { cacheKeys } from '../../src/ports/cache-keys.ts'
import { aContentExportUid } from '../support/builders.ts'
import { cachedValue } from '../support/cached-value.ts'
import { right } from '../support/expect-right.ts'
import { ffmpegFrames } from '../support/ffmpeg-frames.ts'
import { isInstalled } from '../support/is-installed.ts'
import { type SeededLadder, seedLadder } from '../support/library.ts'
import { bearer, createMemoryLarder, listen, type TestServer } from '../support/memory-larder.ts'
import { removeScratch, scratchFolder } from '../support/scratch.ts'

const content = '/api/1/content_files'

const urisOf = (m3u8: string): ReadonlyArray<string> => m3u8.match(/^[^#\n].*$/gm) ?? []
const uidIn = (uri: string): string | undefined => /([^/]*)\.\w+$/.exec(uri)?.[1]
/** The URIs of the I-frame playlists that a master playlist names. */
const namedIn = (master: string): ReadonlyArray<string> =>
  [...master.matchAll(/URI="([^"]*\.iframes\.m3u8[^"]*)"/g)].map(([, uri = '']) => uri)

describe('I-frame playlists (W25)', () => {
  let larder: Larder
  let server: TestServer
  let film: SeededLadder

  before(async () => {
    larder = await createMemoryLarder()
    server = await listen(larder)
    film = await seedLadder(larder)
  })
  after(() => server.close())

  const tokenFor = (sub: string, restrictions: Restrictions = {}): Promise<string> =>
    right(larder.tokens.mint('content', sub, 1800, restrictions))

  const send = async (path: string, restrictions: Restrictions = {}) => {
    const response = await server.get(`${content}/${path}`, bearer(await tokenFor(film.uid, restrictions)))
    return { status: response.status, headers: response.headers, text: await response.text() }
  }
  const list = (uid: string, restrictions?: Restrictions) => send(`exports/${uid}.iframes.m3u8`, restrictions)

  it('list each keyframe of an export as a byte range of a segment', async () => {
    const { status, headers, text } = await list(film.high.uid)
    const [init, ...media] = film.high.parts.map(({ uid }) => uid)
    expect(status).to.equal(200)
    expect(headers.get('content-type')).to.equal('application/vnd.apple.mpegurl')
    expect(headers.get('content-encoding')).to.equal('gzip')
    expect(urisOf(text).map(uidIn)).to.deep.equal(media.flatMap((uid) => [uid, uid]))
    expect(text).to.include(`#EXT-X-MAP:URI="parts/${init}.mp4"`)
    expect(checkMediaPlaylist(text)).to.deep.equal([])
  })

  it('are cached unsigned', async () => {
    const { text } = await list(film.low.uid)
    const key = cacheKeys.vodIFrames({ uid: film.low.uid })
    expect(await cachedValue(larder.cache, key)).to.deep.equal(O.some(text))
  })

  it('do not exist for audio, unlike its media playlist', async () => {
    expect((await list(film.sound.uid)).status).to.equal(404)
    expect((await send(`exports/${film.sound.uid}.m3u8`)).status).to.equal(200)
  })

  it('give the same reply for unknown, foreign and forbidden exports (§2.5, W15)', async () => {
    const other = await seedLadder(larder)
    const replies = await Promise.all([
      list(aContentExportUid()),
      list(other.high.uid),
      list(other.sound.uid),
      list(film.highMp4.uid),
      list(film.high.uid, { maxh: 1079 }),
      list(film.high.uid, { exports: [film.low.uid] }),
    ])
    expect(replies[0]?.status).to.equal(403)
    for (const { status, text } of replies)
      expect({ status, text }).to.deep.equal({ status: 403, text: replies[0]?.text })
  })

  it('start and end with the clipped media playlist, and refer only to permitted bytes (§2.4)', async () => {
    for (const clip of [
      [6, 12],
      [5.9, 12],
      [7, 8],
      [20, 1000],
    ] as const) {
      const { text } = await list(film.high.uid, { clip })
      const media = await send(`exports/${film.high.uid}.m3u8`, { clip })
      expect([...new Set(urisOf(text))], String(clip)).to.deep.equal(urisOf(media.text))
      expect(checkMediaPlaylist(text)).to.deep.equal([])
      for (const uri of urisOf(text)) expect((await send(`exports/${uri}`, { clip })).status).to.equal(200)
    }
    expect((await list(film.high.uid, { clip: [24, 30] })).status).to.equal(404)
  })

  it('disappear from the master playlist together with their variants (§2.4, §5.3)', async () => {
    const listedIn = async (query: string, restrictions?: Restrictions) =>
      namedIn((await send(`${film.uid}/mobile.m3u8?${query}`, restrictions)).text)
    const [high, low] = [film.high, film.low].map(({ uid }) => `../exports/${uid}.iframes.m3u8`)
    expect(await listedIn('')).to.deep.equal([low, high])
    expect(await listedIn('bmax=900000')).to.deep.equal([low])
    expect(await listedIn('w=640&h=360')).to.deep.equal([low])
    expect(await listedIn('', { maxh: 400 })).to.deep.equal([low])
    expect(await listedIn('', { exports: [film.high.uid, film.sound.uid] })).to.deep.equal([high])
    expect(await listedIn('', { exports: [film.sound.uid] })).to.deep.equal([])
  })

  describe('pass the token on to the keyframes (§3)', () => {
    /** Follows URLs as a player does, from the master playlist to the bytes of every keyframe. */
    const fetchAll = async (master: URL, init: RequestInit = {}): Promise<ReadonlyArray<string>> => {
      const pictures: string[] = []
      for (const uri of namedIn(await (await fetch(master, init)).text())) {
        const url = new URL(uri, master)
        const response = await fetch(url, init)
        expect(response.status, url.pathname).to.equal(200)
        const entries = (await response.text()).matchAll(/^#EXT-X-BYTERANGE:(\d+)@(\d+)\n(.*)$/gm)
        for (const [, length, offset, part = ''] of entries) {
          const last = Number(offset) + Number(length) - 1
          const bytes = await fetch(new URL(part, url), {
            headers: { ...init.headers, range: `bytes=${offset}-${last}` },
          })
          expect(bytes.status).to.equal(206)
          pictures.push(await bytes.text())
        }
      }
      return pictures
    }
    const all = [...'l0l1l2l3', ...'h0h1h2h3']
    const master = (before: string, after: string) =>
      new URL(`/api/1${before}/content_files/${film.uid}/mobile.m3u8${after}`, server.base)

    it('in the header', async () => {
      expect(await fetchAll(master('', ''), bearer(await tokenFor(film.uid)))).to.deep.equal(all)
    })

    it('in the path', async () => {
      expect(await fetchAll(master(`/~${await tokenFor(film.uid)}`, ''))).to.deep.equal(all)
    })

    it('in the query', async () => {
      expect(await fetchAll(master('', `?jwt=${await tokenFor(film.uid)}`))).to.deep.equal(all)
    })

    it('in a defined variable', async () => {
      const jwt = await tokenFor(film.uid)
      const { text } = await send(`exports/${film.high.uid}.iframes.m3u8?presign=define`)
      expect(text).to.match(/^#EXTM3U\n#EXT-X-VERSION:11\n#EXT-X-DEFINE:QUERYPARAM="jwt"\n/)
      expect(text).to.match(/#EXT-X-MAP:URI="[^"]*\?jwt=\{\$jwt\}"/)
      expect(urisOf(text).every((uri) => uri.endsWith('?jwt={$jwt}'))).to.equal(true)
      expect(checkMediaPlaylist(text)).to.deep.equal([])
      const [listedIn = ''] = namedIn(await (await fetch(master('', `?jwt=${jwt}&presign=define`))).text())
      expect(listedIn).to.equal(`../exports/${film.low.uid}.iframes.m3u8?jwt={$jwt}`)
    })
  })
})

describe('I-frame playlists of an ingested video (W25)', () => {
  let larder: Larder
  let server: TestServer
  let master: URL
  let folder: string

  before(async () => {
    larder = await createMemoryLarder()
    server = await listen(larder)
    folder = await scratchFolder()
    const options = { isPublic: false, onRegistered: () => {}, onProgress: () => {} }
    const { uid } = await right(addFile(larder, 'test/media/bunny.mp4', options))
    const jwt = await right(larder.tokens.mint('content', uid, 1800))
    master = new URL(`/api/1/~${jwt}${content.slice('/api/1'.length)}/${uid}/mobile.m3u8?bmin=0`, server.base)
  })
  after(async () => {
    await server.close()
    await removeScratch()
  })

  const textOf = async (url: URL) => (await fetch(url)).text()
  const bytesOf = async (url: URL, init: RequestInit = {}) =>
    Buffer.from(await (await fetch(url, init)).arrayBuffer())
  const written = async (name: string, ...bytes: ReadonlyArray<Uint8Array>): Promise<string> => {
    const file = path.join(folder, name)
    await writeFile(file, Buffer.concat(bytes))
    return file
  }

  const byFfmpeg = isInstalled('ffmpeg') ? it : null
  byFfmpeg?.(
    'refer to bytes that ffmpeg decodes to one picture each: the keyframes of the video',
    async () => {
      const lists = namedIn(await textOf(master))
      expect(lists).not.to.have.length(0)
      for (const uri of lists) {
        const url = new URL(uri, master)
        const text = await textOf(url)
        const init = await bytesOf(new URL(/#EXT-X-MAP:URI="([^"]*)"/.exec(text)?.[1] ?? '', url))
        const whole = await Promise.all([...new Set(urisOf(text))].map((part) => bytesOf(new URL(part, url))))
        const inFilm = await ffmpegFrames(await written('film.mp4', init, ...whole), 'key pictures')

        const alone: string[] = []
        for (const [, length, offset, part = ''] of text.matchAll(/BYTERANGE:(\d+)@(\d+)\n(.*)$/gm)) {
          const range = `bytes=${offset}-${Number(offset) + Number(length) - 1}`
          const picture = await bytesOf(new URL(part, url), { headers: { range } })
          const decoded = await ffmpegFrames(await written('picture.mp4', init, picture))
          expect(decoded, range).to.have.length(1)
          alone.push(...decoded)
        }
        expect(alone).to.have.length(2).and.deep.equal(inFilm)
      }
    },
  )

  it('have the bandwidth that the master declares, and break no rule', async () => {
    const reports = await right(checkPlaylists(master.href, larder.playlistFetcher(null)))
    expect(reports.flatMap(({ findings }) => findings)).to.deep.equal([])
    const text = await textOf(master)
    const streams = [...text.matchAll(/I-FRAME.*AVERAGE-BANDWIDTH=(\d+),.*URI="(.*)"/g)]
    expect(streams).to.have.length(2)
    for (const [, average, uri = ''] of streams) {
      const list = await textOf(new URL(uri, master))
      const bytes = [...list.matchAll(/BYTERANGE:(\d+)@/g)].reduce(
        (sum, [, length]) => sum + Number(length),
        0,
      )
      expect(Number(average)).to.equal((bytes * 8) / 4)
    }
  })
})

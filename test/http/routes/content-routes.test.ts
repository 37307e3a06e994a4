import { expect } from 'chai'
import type { Larder } from '../../../src/composition/larder.ts'
import {
  aContentExportUid,
  aContentFileUid,
  aContentPartUid,
  aNewContentExport,
  aNewContentFile,
  aNewFileJob,
} from '../../support/builders.ts'
import { right } from '../../support/expect-right.ts'
import { type SeededFilm, seedFilm } from '../../support/library.ts'
import {
  bearer,
  createMemoryLarder,
  createStandingClock,
  listen,
  publicUrl,
  type TestServer,
} from '../../support/memory-larder.ts'

/** The URIs of a playlist, from URI lines and URI attributes. */
const urisOf = (m3u8: string): ReadonlyArray<string> => [
  ...m3u8.split('\n').filter((line) => line !== '' && !line.startsWith('#')),
  ...[...m3u8.matchAll(/URI="([^"]*)"/g)].map(([, uri]) => uri ?? ''),
]

describe('content routes', () => {
  const { clock, advance } = createStandingClock()
  let larder: Larder
  let server: TestServer
  let film: SeededFilm

  before(async () => {
    larder = await createMemoryLarder({ clock })
    server = await listen(larder)
    film = await seedFilm(larder)
  })
  after(() => server.close())

  it('list the mp4 exports for web pages (§5.1)', async () => {
    const response = await server.get(`/api/1/content_files/${film.uid}/web.json`, bearer(film.jwt))
    expect(response.status).to.equal(200)
    expect(await response.json()).to.deep.equal({
      exports: [
        {
          url: `${publicUrl}/api/1/content_files/exports/parts/${film.mp4.parts[0]?.uid}.mp4`,
          format: 'mp4',
          bandwidth: film.mp4.bandwidth,
          codecs: film.mp4.codecs,
          width: film.mp4.video?.width,
          height: film.mp4.video?.height,
          frame_rate: 24,
          file_size: film.mp4.fileSize,
          format_parameters: {},
          quality_parameters: film.mp4.qualityParameters,
        },
      ],
      duration_seconds: 12,
    })
  })

  for (const name of ['mobile', 'ios', 'android']) {
    it(`return a master playlist as ${name}.m3u8 (§5.2)`, async () => {
      const response = await server.get(`/api/1/content_files/${film.uid}/${name}.m3u8?jwt=${film.jwt}`)
      expect(response.status).to.equal(200)
      expect(response.headers.get('content-type')).to.equal('application/vnd.apple.mpegurl')
      expect(urisOf(await response.text())).to.deep.equal([`../exports/${film.hls.uid}.m3u8?jwt=${film.jwt}`])
    })
  }

  /** Fetches a list and everything that it refers to. URLs are resolved as a player does. */
  const fetchAll = async (url: URL, init: RequestInit): Promise<ReadonlyArray<string>> => {
    const response = await fetch(url, init)
    expect(response.status, url.pathname).to.equal(200)
    const text = await response.text()
    if (!text.startsWith('#EXTM3U')) return [text]
    const children = await Promise.all(urisOf(text).map((uri) => fetchAll(new URL(uri, url), init)))
    return children.flat()
  }
  const bodies = ['init', 'first part', 'second part']

  it('lead from the master playlist to every byte with a token in the query', async () => {
    const master = new URL(`/api/1/content_files/${film.uid}/mobile.m3u8?jwt=${film.jwt}`, server.base)
    expect(await fetchAll(master, {})).to.have.members(bodies)
  })

  it('lead to every byte with a token in the path, by unchanged relative URIs (§3)', async () => {
    const master = new URL(`/api/1/~${film.jwt}/content_files/${film.uid}/mobile.m3u8`, server.base)
    expect(await fetchAll(master, {})).to.have.members(bodies)
  })

  it('lead to every byte with a token in the header, with or without a token in child URLs', async () => {
    const master = new URL(`/api/1/content_files/${film.uid}/mobile.m3u8`, server.base)
    expect(await fetchAll(master, bearer(film.jwt))).to.have.members(bodies)
    advance(5)
    const signed = new URL(`${master}?presign=query`)
    const text = await (await fetch(signed, bearer(film.jwt))).text()
    expect(text).not.to.include(film.jwt)
    for (const uri of urisOf(text)) expect(await fetchAll(new URL(uri, signed), {})).to.have.members(bodies)
  })

  it('lead to every byte with presign=path for every carrier, and put no header token into URLs (§3.2)', async () => {
    const path = `content_files/${film.uid}/mobile.m3u8?presign=path`
    const other = await right(larder.tokens.mint('content', aContentFileUid(), 60))
    advance(5)
    for (const [url, init] of [
      [`/api/1/${path}`, bearer(film.jwt)],
      [`/api/1/${path}&jwt=${film.jwt}`, {}],
      [`/api/1/~${film.jwt}/${path}`, {}],
      // Only the header counts. The token in the path is not verified, so no URL inherits it.
      [`/api/1/~${other}/${path}`, bearer(film.jwt)],
    ] as const) {
      const master = new URL(url, server.base)
      const text = await (await fetch(master, init)).text()
      if ('headers' in init) expect(text).not.to.include(film.jwt)
      const uris = urisOf(text)
      expect(uris).not.to.deep.equal([])
      for (const uri of uris) expect(await fetchAll(new URL(uri, master), {}), url).to.have.members(bodies)
    }
    const media = new URL(`/api/1/content_files/exports/${film.hls.uid}.m3u8?presign=path`, server.base)
    const parts = urisOf(await (await fetch(media, bearer(film.jwt))).text())
    const read = await Promise.all(parts.map(async (uri) => (await fetch(new URL(uri, media))).text()))
    expect(read).to.have.members(bodies)
  })

  it('define the variable that their children use with presign=define (§3)', async () => {
    const response = await server.get(
      `/api/1/content_files/${film.uid}/mobile.m3u8?jwt=${film.jwt}&presign=define`,
    )
    const text = await response.text()
    expect(text).to.include('#EXT-X-DEFINE:QUERYPARAM="jwt"')
    expect(urisOf(text)).to.deep.equal([`../exports/${film.hls.uid}.m3u8?jwt={$jwt}`])
  })

  it('do not define variables in JSON', async () => {
    const response = await server.get(
      `/api/1/content_files/${film.uid}/web.json?jwt=${film.jwt}&presign=define`,
    )
    expect(response.status).to.equal(422)
  })

  it('list the segments of an export in order, with exact durations (§5.6)', async () => {
    const response = await server.get(`/api/1/content_files/exports/${film.hls.uid}.m3u8`, bearer(film.jwt))
    const [init, first, second] = film.hls.parts.map(({ uid }) => uid)
    const text = await response.text()
    expect(urisOf(text)).to.deep.equal([`parts/${first}.m4s`, `parts/${second}.m4s`, `parts/${init}.mp4`])
    expect(text).to.include('#EXT-X-TARGETDURATION:6')
  })

  it('serve ranges of a segment (§5.7, §6.1)', async () => {
    const uid = film.hls.parts[1]?.uid
    const response = await server.get(`/api/1/content_files/exports/parts/${uid}.m4s?jwt=${film.jwt}`, {
      headers: { range: 'bytes=-4' },
    })
    expect(response.status).to.equal(206)
    expect(await response.text()).to.equal('part')
  })

  it('give the same reply for unknown and foreign exports and segments (§2.5, W15)', async () => {
    const other = await seedFilm(larder)
    const send = async (path: string) => {
      const response = await server.get(`/api/1/content_files/exports/${path}?jwt=${film.jwt}`)
      return { status: response.status, body: await response.text() }
    }
    const paths = [
      `${aContentExportUid()}.m3u8`,
      `${other.hls.uid}.m3u8`,
      `parts/${aContentPartUid()}.m4s`,
      `parts/${other.hls.parts[1]?.uid}.m4s`,
    ]
    const replies = await Promise.all(paths.map(send))
    expect(replies[0]?.status).to.equal(403)
    for (const reply of replies) expect(reply).to.deep.equal(replies[0])
  })

  it('return 404 to a viewer of a file without exports or an export without segments', async () => {
    const file = aNewContentFile()
    await right(larder.contentFiles.add(file, aNewFileJob()))
    const jwt = await right(larder.tokens.mint('content', file.uid, 60))
    for (const list of ['mobile.m3u8', 'web.json'])
      expect((await server.get(`/api/1/content_files/${file.uid}/${list}?jwt=${jwt}`)).status).to.equal(404)

    const bare = aNewContentExport({ parts: [] })
    await right(larder.contentFiles.addExports(file.uid, [bare], null))
    expect((await server.get(`/api/1/content_files/exports/${bare.uid}.m3u8?jwt=${jwt}`)).status).to.equal(
      404,
    )
  })
})

import { expect } from 'chai'
import { defaultPublicCaching } from '../../src/http/bytes/public-caching.ts'
import { right } from '../support/expect-right.ts'
import { type SeededImage, type SeededLadder, seedImage, seedLadder } from '../support/library.ts'
import { bearer, createMemoryLarder, listen, type TestServer } from '../support/memory-larder.ts'

describe('the headers of public files for caches in between (§6.3)', () => {
  let server: TestServer
  let image: SeededImage
  let film: SeededLadder
  let jwt: string
  afterEach(() => server.close())

  const start = async (caching: Partial<typeof defaultPublicCaching>) => {
    const larder = await createMemoryLarder()
    server = await listen(larder, undefined, {}, { ...defaultPublicCaching, ...caching })
    image = await seedImage(larder)
    film = await seedLadder(larder)
    jwt = await right(larder.tokens.mint('content', film.uid, 1800))
    await right(larder.imageFiles.setPublic(image.uid, true))
    await right(larder.contentFiles.setPublic(film.uid, true))
  }
  const cachingOf = async (path: string, init?: RequestInit) => {
    const { headers } = await server.get(path, init)
    return [headers.get('cache-control'), headers.get('cdn-cache-control'), headers.get('cache-tag')]
  }
  const paths = () => ({
    picture: `/api/1/image_files/image/${image.exports[0]?.uid}.webp`,
    best: `/api/1/image_files/${image.uid}/best`,
    pictures: `/api/1/image_files/playlist/${image.uid}`,
    part: `/api/1/content_files/exports/parts/${film.high.parts[1]?.uid}.m4s`,
    list: `/api/1/content_files/exports/${film.high.uid}.m3u8`,
  })
  const lists = 'public, max-age=30, stale-while-revalidate=30'

  it('let a CDN store bytes as configured, and purge everything of a file by its tag', async () => {
    await start({ maxAgeSeconds: 60, cdnCacheControl: 'max-age=86400', hasCacheTags: true })
    const { picture, best, pictures, part, list } = paths()
    const bytes = ['public, max-age=60', 'max-age=86400']
    for (let n = 0; n < 3; n += 1) {
      expect(await cachingOf(picture)).to.deep.equal([...bytes, image.uid])
      expect(await cachingOf(part)).to.deep.equal([...bytes, film.uid])
      expect(await cachingOf(part, { headers: { range: 'bytes=0-1' } })).to.deep.equal([...bytes, film.uid])
      expect(await cachingOf(part, { headers: { 'if-none-match': '*' } })).to.deep.equal([...bytes, film.uid])
      expect(await cachingOf(best)).to.deep.equal([lists, null, image.uid])
      expect(await cachingOf(pictures)).to.deep.equal([lists, null, image.uid])
      expect(await cachingOf(list)).to.deep.equal([lists, null, film.uid])
    }
  })

  it('are absent from private replies, from refusals, and by default', async () => {
    await start({ cdnCacheControl: 'max-age=86400', hasCacheTags: true })
    const { part, list } = paths()
    expect(await cachingOf(part, bearer(jwt))).to.deep.equal([
      'private, max-age=31536000, immutable',
      null,
      null,
    ])
    expect((await cachingOf(list, bearer(jwt))).slice(1)).to.deep.equal([null, null])
    for (const init of [
      bearer('a.b.c'),
      { headers: { range: 'bytes=99-' } },
      { headers: { 'if-match': '"x"' } },
    ])
      expect(await cachingOf(part, init)).to.deep.equal(['no-store', null, null])
    await server.close()
    await start({})
    expect(await cachingOf(paths().part)).to.deep.equal(['public, max-age=3600', null, null])
    expect(await cachingOf(paths().list)).to.deep.equal([lists, null, null])
  })
})

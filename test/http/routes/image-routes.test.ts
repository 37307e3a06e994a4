import { expect } from 'chai'
import { decodeJwt } from 'jose'
import type { Larder } from '../../../src/composition/larder.ts'
import { aNewFileJob, aNewImageFile, anImageExportUid, anImageFileUid } from '../../support/builders.ts'
import { right } from '../../support/expect-right.ts'
import { type SeededImage, seedImage } from '../../support/library.ts'
import {
  bearer,
  createMemoryLarder,
  createStandingClock,
  listen,
  publicUrl,
  type TestServer,
} from '../../support/memory-larder.ts'

const urlsOf = async (response: Response): Promise<ReadonlyArray<string>> => {
  const { items } = (await response.json()) as { items: Record<string, ReadonlyArray<{ url: string }>> }
  return Object.values(items).flatMap((list) => list.map(({ url }) => url))
}

/** Returns the path of a public URL, to request it from the server under test. */
const pathOf = (url: string): string => url.slice(publicUrl.length)

describe('image routes', () => {
  const { clock, advance } = createStandingClock()
  let larder: Larder
  let server: TestServer
  let image: SeededImage
  let storedAt: number

  before(async () => {
    storedAt = clock()
    larder = await createMemoryLarder({ clock })
    server = await listen(larder)
    image = await seedImage(larder, [Buffer.from('a picture of some bytes'), Buffer.from('a tiny one')])
  })
  after(() => server.close())

  const playlist = (query = '', init?: RequestInit) =>
    server.get(`/api/1/image_files/playlist/${image.uid}${query}`, init)

  describe('GET /api/1/image_files/playlist/{if} (§4.1)', () => {
    it('lists the exports by format, smallest first, with all fields', async () => {
      const [large, small] = image.exports
      const response = await playlist('', bearer(image.jwt))
      expect(response.status).to.equal(200)
      expect(response.headers.get('content-type')).to.equal('application/json; charset=utf-8')
      expect(response.headers.get('cache-control')).to.match(/^private, max-age=30/)
      expect(await response.json()).to.deep.equal({
        items: {
          webp: [small, large].map((made) => ({
            url: `${publicUrl}/api/1/image_files/image/${made?.uid}.webp`,
            uid: made?.uid,
            format: 'webp',
            width: made?.width,
            height: made?.height,
            size_bytes: made?.file.size,
            thumbhash: made?.thumbhash,
          })),
        },
      })
    })

    it('presigns by carrier: none for header, query for query, path for path (§3)', async () => {
      expect(await urlsOf(await playlist('', bearer(image.jwt)))).to.satisfy((urls: string[]) =>
        urls.every((url) => !url.includes(image.jwt)),
      )
      expect(await urlsOf(await playlist(`?jwt=${image.jwt}`))).to.satisfy((urls: string[]) =>
        urls.every((url) => url.endsWith(`?jwt=${image.jwt}`)),
      )
      const byPath = await server.get(`/api/1/~${image.jwt}/image_files/playlist/${image.uid}`)
      expect(await urlsOf(byPath)).to.satisfy((urls: string[]) =>
        urls.every((url) => url.startsWith(`${publicUrl}/api/1/~${image.jwt}/image_files/image/`)),
      )
    })

    it('presigns as requested, and every URL returns 200', async () => {
      for (const presign of ['query', '1', 'TRUE', 'path']) {
        for (const url of await urlsOf(await playlist(`?jwt=${image.jwt}&presign=${presign}`)))
          expect((await server.get(pathOf(url))).status, url).to.equal(200)
      }
      for (const url of await urlsOf(await playlist(`?jwt=${image.jwt}&presign=none`)))
        expect((await server.get(pathOf(url))).status, url).to.equal(401)
    })

    it('puts a derived token that expires no later into URLs, not the header token (§3.2, W14)', async () => {
      advance(5)
      const [url = ''] = await urlsOf(await playlist('?presign=query', bearer(image.jwt)))
      const fresh = new URL(url).searchParams.get('jwt') ?? ''
      expect(fresh).not.to.equal(image.jwt)
      expect(decodeJwt(fresh).sub).to.equal(image.uid)
      expect(decodeJwt(fresh).exp).to.be.at.most(decodeJwt(image.jwt).exp ?? 0)
      expect((await server.get(pathOf(url))).status).to.equal(200)
    })

    it('returns 404 to a viewer of a file without exports', async () => {
      const empty = aNewImageFile()
      await right(larder.imageFiles.add(empty, aNewFileJob()))
      const jwt = await right(larder.tokens.mint('image', empty.uid, 60))
      const response = await server.get(`/api/1/image_files/playlist/${empty.uid}?jwt=${jwt}`)
      expect(response.status).to.equal(404)
      expect(await response.json()).to.include({ type: 'not_found' })
    })

    it('replies to HEAD with the headers of GET and no body (§1.5)', async () => {
      const headers = { authorization: `Bearer ${image.jwt}`, 'accept-encoding': 'identity' }
      const get = await playlist('', { headers })
      const head = await playlist('', { method: 'HEAD', headers })
      expect(head.status).to.equal(200)
      expect(head.headers.get('content-length')).to.equal(String((await get.arrayBuffer()).byteLength))
      expect(await head.text()).to.equal('')
    })
  })

  describe('public images (§4.2)', () => {
    let open: SeededImage
    before(async () => {
      open = await seedImage(larder)
      await right(larder.imageFiles.setPublic(open.uid, true))
    })

    it('need no token with public=1, and return one', async () => {
      const response = await server.get(`/api/1/image_files/playlist/${open.uid}?public=1`)
      expect(response.status).to.equal(200)
      const jwt = response.headers.get('x-image-file-jwt') ?? ''
      const [url = ''] = await urlsOf(response)
      expect(url).not.to.include('jwt')
      expect((await server.get(pathOf(url), bearer(jwt))).status).to.equal(200)
    })

    it('put that new token into their URLs on request (W8)', async () => {
      for (const presign of ['query', 'path']) {
        const response = await server.get(
          `/api/1/image_files/playlist/${open.uid}?public=1&presign=${presign}`,
        )
        const [url = ''] = await urlsOf(response)
        expect(url).to.include(response.headers.get('x-image-file-jwt'))
        expect((await server.get(pathOf(url))).status).to.equal(200)
      }
    })

    it('serve their bytes without a token, and to shared caches', async () => {
      const response = await server.get(`/api/1/image_files/image/${open.exports[0]?.uid}.webp`)
      expect(response.status).to.equal(200)
      expect(response.headers.get('cache-control')).to.equal('public, max-age=3600')
    })

    it('are the only images that public=1 opens: it is forbidden on others', async () => {
      const response = await playlist('?public=1')
      expect(response.status).to.equal(403)
      expect(await response.json()).to.include({ type: 'invalid' })
    })

    it('are public to a caller who was refused before, after half a minute (§9.2)', async () => {
      const { uid } = await seedImage(larder)
      const status = async () => (await server.get(`/api/1/image_files/playlist/${uid}?public=1`)).status
      expect(await status()).to.equal(403)
      await right(larder.imageFiles.setPublic(uid, true))
      advance(30)
      expect(await status()).to.equal(200)
    })
  })

  describe('GET /api/1/image_files/image/{ife}.{ext} (§4.3)', () => {
    const body = 'a picture of some bytes'
    const bytes = (init?: RequestInit, ext = 'webp') =>
      server.get(`/api/1/image_files/image/${image.exports[0]?.uid}.${ext}?jwt=${image.jwt}`, init)

    it('returns the bytes with their own type, whatever the extension', async () => {
      for (const ext of ['webp', 'exe']) {
        const response = await bytes({}, ext)
        expect(response.status).to.equal(200)
        expect(response.headers.get('content-type')).to.equal('image/webp')
        expect(response.headers.get('content-length')).to.equal(String(body.length))
        expect(response.headers.get('x-content-type-options')).to.equal('nosniff')
        expect(response.headers.get('cache-control')).to.equal('private, max-age=31536000, immutable')
        expect(await response.text()).to.equal(body)
      }
    })

    it('returns a range (§6.1, W1)', async () => {
      const response = await bytes({ headers: { range: 'bytes=2-8' } })
      expect(response.status).to.equal(206)
      expect(response.headers.get('content-range')).to.equal(`bytes 2-8/${body.length}`)
      expect(await response.text()).to.equal(body.slice(2, 9))
    })

    it('returns 416 and the length for a range beyond the end', async () => {
      const response = await bytes({ headers: { range: 'bytes=1000-' } })
      expect(response.status).to.equal(416)
      expect(response.headers.get('content-range')).to.equal(`bytes */${body.length}`)
      expect(await response.json()).to.include({ type: 'range_not_satisfiable' })
    })

    it('returns the date of storage, and 304 for If-Modified-Since with that date (§6.2)', async () => {
      const lastModified = (await bytes()).headers.get('last-modified') ?? ''
      expect(lastModified).to.equal(new Date(storedAt).toUTCString())
      const earlier = new Date(storedAt - 1000).toUTCString()
      expect((await bytes({ headers: { 'if-modified-since': lastModified } })).status).to.equal(304)
      expect((await bytes({ headers: { 'if-modified-since': earlier } })).status).to.equal(200)
      // If-None-Match takes precedence (RFC 9110 §13.2.2).
      const other = { 'if-modified-since': lastModified, 'if-none-match': '"other"' }
      expect((await bytes({ headers: other })).status).to.equal(200)
    })

    it('returns 304 for a matching ETag (W24)', async () => {
      const etag = (await bytes()).headers.get('etag') ?? ''
      expect((await bytes({ headers: { 'if-none-match': etag } })).status).to.equal(304)
    })

    it('replies to HEAD without reading the object', async () => {
      const cold = await seedImage(larder)
      await right(larder.store.delete(cold.exports[0]?.file.key ?? ''))
      const where = `/api/1/image_files/image/${cold.exports[0]?.uid}.webp?jwt=${cold.jwt}`
      expect((await server.get(where, { method: 'HEAD' })).status).to.equal(200)
      expect((await server.get(where)).status).to.equal(502)
    })

    it('gives the same reply for an unknown or foreign export and an invalid uid (§2.5, W15)', async () => {
      const other = await seedImage(larder)
      const replies = await Promise.all(
        [anImageExportUid(), other.exports[0]?.uid, 'not%20a%20uid', 'a'.repeat(81)].map(async (uid) => {
          const response = await server.get(`/api/1/image_files/image/${uid}.webp?jwt=${image.jwt}`)
          const headers = [...response.headers].filter(([name]) => name !== 'date')
          return { status: response.status, headers, body: await response.text() }
        }),
      )
      expect(replies[0]?.status).to.equal(403)
      for (const reply of replies) expect(reply).to.deep.equal(replies[0])
    })

    it('reveals to a caller without a token only that a token is required (W16)', async () => {
      for (const uid of [image.exports[0]?.uid, anImageExportUid(), 'not%20a%20uid'])
        expect((await server.get(`/api/1/image_files/image/${uid}.webp`)).status).to.equal(401)
    })
  })

  describe('tokens (§2)', () => {
    const statusAndType = async (response: Response) => {
      const { type } = (await response.json()) as { type: string }
      return `${response.status} ${type}`
    }

    it('are required: without one the reply is 401 not_set (W16)', async () =>
      expect(await statusAndType(await playlist())).to.equal('401 not_set'))

    it('that are not bearer tokens get 401 bad_format', async () => {
      for (const authorization of ['Basic eDp5', 'bearer', image.jwt, `bearer ${image.jwt} twice`])
        expect(await statusAndType(await playlist('', { headers: { authorization } }))).to.equal(
          '401 bad_format',
        )
    })

    it('may have a scheme in any letter case (W17)', async () => {
      for (const scheme of ['bearer', 'Bearer', 'BEARER'])
        expect(
          (await playlist('', { headers: { authorization: `${scheme} ${image.jwt}` } })).status,
        ).to.equal(200)
    })

    it('are taken from the first carrier that has one: a valid query does not replace an invalid header (§2.2)', async () =>
      expect(await statusAndType(await playlist(`?jwt=${image.jwt}`, bearer('rubbish')))).to.equal(
        '403 invalid',
      ))

    it('of another file, kind, key or issuer get the same refusal', async () => {
      const forged = image.jwt.slice(0, -4).concat('AAAA')
      const unsigned = [
        Buffer.from('{"alg":"none"}').toString('base64url'),
        image.jwt.split('.')[1],
        '',
      ].join('.')
      const foreign = await right(larder.tokens.mint('image', anImageFileUid(), 60))
      const content = await right(larder.tokens.mint('content', image.uid, 60))
      for (const jwt of [forged, unsigned, foreign, content, 'x'])
        expect(await statusAndType(await playlist(`?jwt=${jwt}`))).to.equal('403 invalid')
    })

    it('expire on time, and not before', async () => {
      const jwt = await right(larder.tokens.mint('image', image.uid, 10))
      advance(9)
      expect((await playlist(`?jwt=${jwt}`)).status).to.equal(200)
      advance(1)
      expect(await statusAndType(await playlist(`?jwt=${jwt}`))).to.equal('403 invalid')
    })
  })

  it('return 422 with every fault, and only after authentication (§1.4)', async () => {
    const bad = '?presign=maybe&public=2'
    expect((await playlist(bad)).status).to.equal(401)
    const response = await playlist(`${bad}&jwt=${image.jwt}`)
    expect(response.status).to.equal(422)
    const { detail } = (await response.json()) as { detail: ReadonlyArray<{ loc: unknown; type: string }> }
    expect(detail.map(({ loc }) => loc)).to.have.deep.members([
      ['query', 'presign'],
      ['query', 'public'],
    ])
  })
})

import type { IncomingHttpHeaders } from 'node:http'
import { gunzipSync } from 'node:zlib'
import { expect } from 'chai'
import type { UrlSignature } from '../../../src/domain/access/signature.ts'
import { defaultPublicCaching } from '../../../src/http/bytes/public-caching.ts'
import { createPlaylistBodyEncoder } from '../../../src/http/playlists/playlist-bodies.ts'
import { createReplyWithPlaylist } from '../../../src/http/playlists/playlist-reply.ts'
import type { Reply } from '../../../src/http/response/reply.ts'
import { collect } from '../../support/bytes.ts'
import { right } from '../../support/expect-right.ts'
import { foundInMemory } from '../../support/found-in-memory.ts'
import { dashList, jsonList, longPlaylist } from '../../support/list-arbitraries.ts'

const now = Date.UTC(2026, 10, 23)
const bodies = createPlaylistBodyEncoder({ maxBytes: 2 ** 20 })
const reply = createReplyWithPlaylist(bodies, () => now, defaultPublicCaching)
const list = longPlaylist(40)
const shared: UrlSignature = { mode: 'none' }
const signed: UrlSignature = { mode: 'query', source: 'minted', jwt: 'eyJh.eyJz-_.c2ln' }

/** Returns a list with this signature and a new token, without a viewer. */
const signedBy = ({ format, ...kind }: typeof list, signature: UrlSignature) => ({
  found: foundInMemory({ ...kind, signature }),
  format,
  viewer: null,
  minted: { jwt: 'a.b.c', exp: now / 1000 + 100_000 },
})

const send = (
  headers: IncomingHttpHeaders,
  signature: UrlSignature = shared,
  method = 'GET',
): Promise<Reply> => right(reply({ method, headers }, signedBy(list, signature)))

const bytesOf = async ({ body }: Reply): Promise<Buffer> => {
  if (body === null || typeof body === 'string') return Buffer.from(body ?? '')
  if (body instanceof Uint8Array) return Buffer.from(body)
  return '_tag' in body ? Buffer.from(body.message) : collect(await right(() => body.open(() => undefined)))
}

describe('the reply with a list', () => {
  it('has the headers of its format', async () => {
    const { status, headers, body } = await send({ 'accept-encoding': 'gzip' })
    expect(status).to.equal(200)
    expect(headers).to.deep.include({
      'Content-Type': 'application/vnd.apple.mpegurl',
      'Content-Encoding': 'gzip',
      'Content-Length': String((body as Uint8Array).length),
      'Cache-Control': 'private, max-age=30, stale-while-revalidate=300, stale-if-error=86400',
      'Accept-Ranges': 'bytes',
      Vary: 'Accept-Encoding',
    })
    expect(headers.ETag).to.match(/^"[\w-]+-gzip"$/)
  })

  it('has its own type, and the new token', async () => {
    const typeOf = async (each: typeof list) =>
      (await right(reply({ method: 'GET', headers: {} }, signedBy(each, shared)))).headers['Content-Type']
    expect(await typeOf(jsonList('{}'))).to.equal('application/json; charset=utf-8')
    expect(await typeOf(dashList('<MPD/>'))).to.equal('application/dash+xml')

    const { headers } = await right(reply({ method: 'GET', headers: {} }, signedBy(list, shared)))
    expect(headers).to.include({ 'x-image-file-jwt': 'a.b.c' })
  })

  it('outlives its token in no cache [V13]', async () => {
    for (const [seconds, freshness] of [
      [86_401, 'max-age=30, stale-while-revalidate=300, stale-if-error=86400'],
      [1800, 'max-age=30, stale-while-revalidate=300, stale-if-error=1800'],
      [100.5, 'max-age=30, stale-while-revalidate=100, stale-if-error=100'],
      [7, 'max-age=7, stale-while-revalidate=7, stale-if-error=7'],
      // This token has expired, but within the leeway.
      [-3, 'max-age=0, stale-while-revalidate=0, stale-if-error=0'],
    ] as const) {
      const input = { ...signedBy(list, shared), minted: { jwt: 'a.b.c', exp: now / 1000 + seconds } }
      const { headers } = await right(reply({ method: 'GET', headers: {} }, input))
      expect(headers['Cache-Control']).to.equal(`private, ${freshness}`)
    }
  })

  it('gets 304 for the ETag of the same coding, and 200 for the ETag of another', async () => {
    for (const coding of ['gzip', 'br', 'identity']) {
      const first = await send({ 'accept-encoding': coding })
      const next = await send({ 'accept-encoding': coding, 'if-none-match': first.headers.ETag })
      expect(next.status).to.equal(304)
      expect(next.body).to.equal(null)
      const { ETag, Vary } = first.headers
      const caching = first.headers['Cache-Control']
      expect(next.headers).to.deep.equal({
        ETag,
        Vary,
        'Cache-Control': caching,
        'x-image-file-jwt': 'a.b.c',
      })
      const other = coding === 'gzip' ? 'br' : 'gzip'
      const changed = await send({ 'accept-encoding': other, 'if-none-match': first.headers.ETag })
      expect(changed.status).to.equal(200)
    }
  })

  it('has no ETag if it is for one viewer, and matches no condition', async () => {
    const { status, headers } = await send({ 'accept-encoding': 'gzip' }, signed)
    expect(status).to.equal(200)
    expect(headers).not.to.have.property('ETag')
    const { headers: unsigned } = await send({ 'accept-encoding': 'gzip' })
    for (const tag of [unsigned.ETag, '""', '"undefined"']) {
      expect((await send({ 'if-none-match': tag }, signed)).status).to.equal(200)
      expect((await send({ 'if-match': tag }, signed)).status).to.equal(412)
    }
  })

  for (const signature of [shared, signed]) {
    const expected = Buffer.from(list.sign(list.text, signature))
    const size = expected.length

    describe(`signed as ${signature.mode}`, () => {
      it('returns a range of the unencoded list, even to a client that accepts gzip', async () => {
        const whole = await send({ range: 'bytes=0-', 'accept-encoding': 'gzip' }, signature)
        expect(whole.status).to.equal(206)
        expect(whole.headers).to.include({ 'Content-Range': `bytes 0-${size - 1}/${size}` })
        expect(whole.headers).to.include({ 'Content-Length': String(size), Vary: 'Accept-Encoding' })
        expect(whole.headers).not.to.have.property('Content-Encoding')
        expect((await bytesOf(whole)).equals(expected)).to.equal(true)

        const middle = await send({ range: 'bytes=100-299' }, signature)
        expect((await bytesOf(middle)).equals(expected.subarray(100, 300))).to.equal(true)
      })

      it('returns several ranges', async () => {
        const several = await send({ range: 'bytes=0-6,-5' }, signature)
        expect(several.status).to.equal(206)
        const bytes = await bytesOf(several)
        expect(several.headers['Content-Length']).to.equal(String(bytes.length))
        expect(bytes.toString()).to.include('\r\n\r\n#EXTM3U\r\n--').and.include('\r\n\r\nLIST\n\r\n--')
      })

      it('refuses a range beyond the end', async () => {
        const beyond = await send({ range: `bytes=${size}-` }, signature)
        expect(beyond.status).to.equal(416)
        expect(beyond.headers).to.include({ 'Content-Range': `bytes */${size}` })
      })

      it('has the same headers for HEAD, and no body', async () => {
        for (const headers of [{}, { 'accept-encoding': 'gzip' }, { range: 'bytes=5-' }]) {
          const get = await send(headers, signature)
          const head = await send(headers, signature, 'HEAD')
          expect(head).to.deep.equal({ ...get, body: null })
        }
      })
    })
  }

  it('resumes a list only with the ETag of the unencoded list', async () => {
    const { headers: plain } = await send({ range: 'bytes=0-1' })
    const { headers: gzip } = await send({ 'accept-encoding': 'gzip' })
    expect((await send({ range: 'bytes=5-', 'if-range': plain.ETag })).status).to.equal(206)
    expect((await send({ range: 'bytes=5-', 'if-range': gzip.ETag })).status).to.equal(200)
  })

  it('is signed', async () => {
    const gzip = await bytesOf(await send({ 'accept-encoding': 'gzip' }, signed))
    expect(gunzipSync(gzip).toString()).to.equal(list.sign(list.text, signed))
  })
})

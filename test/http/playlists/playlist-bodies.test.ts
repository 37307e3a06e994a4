import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { expect } from 'chai'
import fc from 'fast-check'
import type { SignablePlaylist } from '../../../src/domain/access/signable-playlist.ts'
import type { Signature, UrlSignature } from '../../../src/domain/access/signature.ts'
import { signM3u8 } from '../../../src/domain/hls/sign-m3u8.ts'
import {
  createPlaylistBodyEncoder,
  type PlaylistBody,
  type PlaylistFormat,
} from '../../../src/http/playlists/playlist-bodies.ts'
import {
  anyToken,
  incompressibleText,
  jsonList,
  longPlaylist,
  m3u8List,
  publicUrl,
  tokenOfLength,
  type UnsignedList,
  unsignedList,
} from '../../support/list-arbitraries.ts'

const MEGABYTE = 2 ** 20
const [jwt = '', another = ''] = fc.sample(tokenOfLength(220), { numRuns: 2, seed: 7 })

const query = (token: string): UrlSignature => ({ mode: 'query', source: 'minted', jwt: token })
const path = (token: string): UrlSignature => ({ mode: 'path', source: 'minted', jwt: token })

/** Like createPlaylistBodyEncoder, but each list carries its own format. */
const createBodies = (options: Parameters<typeof createPlaylistBodyEncoder>[0]) => {
  const bodies = createPlaylistBodyEncoder(options)
  return <S extends Signature>(
    list: SignablePlaylist<S> & { readonly format: PlaylistFormat },
    accepted?: string,
  ) => bodies(list, list.format, accepted)
}

const decoded = ({ body, headers }: PlaylistBody): string => {
  const coding = headers['Content-Encoding']
  if (coding === 'gzip') return gunzipSync(body).toString()
  return (coding === 'br' ? brotliDecompressSync(body) : Buffer.from(body)).toString()
}

/** Wraps a list, and counts how often it is signed. */
const counted = (list: UnsignedList): UnsignedList & { readonly signed: () => number } => {
  let signed = 0
  const sign: UnsignedList['sign'] = (text, how) => {
    signed += 1
    return list.sign(text, how)
  }
  return { ...list, sign, signed: () => signed }
}

describe('the bodies of lists', () => {
  const anySignature = fc.oneof(
    fc.constant<UrlSignature>({ mode: 'none' }),
    anyToken().map(query),
    anyToken().map(path),
  )

  for (const maxBytes of [64 * MEGABYTE, 2001, 0]) {
    const bodies = createBodies({ maxBytes })

    it(`equal the signed list, on first and later use, with a cache of ${maxBytes} bytes`, () =>
      fc.assert(
        fc.asyncProperty(
          unsignedList(),
          anySignature,
          fc.constantFrom(undefined, 'identity', 'gzip', 'br', 'gzip, br', 'br, gzip;q=0.5'),
          async (list, signature, acceptEncoding) => {
            const expected = Buffer.from(list.sign(list.text, signature)).toString()
            for (const _ of ['first', 'next']) {
              const body = await bodies({ ...list, signature }, acceptEncoding)
              expect(decoded(body)).to.equal(expected)
              expect(body.headers.Vary).to.equal('Accept-Encoding')
            }
          },
        ),
        { numRuns: 60 },
      ))
  }

  it('are signed three times to find the token, and never again', async () => {
    const bodies = createBodies({ maxBytes: MEGABYTE })
    const list = counted(longPlaylist(100))
    const viewers = [jwt, another, jwt].map((token) => bodies({ ...list, signature: query(token) }, 'gzip'))
    await Promise.all(viewers)
    await bodies({ ...list, signature: query(another) }, undefined)
    expect(list.signed()).to.equal(3)
  })

  it('are signed once if they are seldom requested, and get a template at the second request', async () => {
    const bodies = createPlaylistBodyEncoder({ maxBytes: MEGABYTE })
    const list = counted(longPlaylist(100))
    const signings: number[] = []
    for (const token of [jwt, another, jwt]) {
      const body = await bodies({ ...list, signature: query(token) }, 'm3u8', 'gzip', true)
      expect(decoded(body)).to.equal(longPlaylist(100).sign(list.text, query(token)))
      signings.push(list.signed())
    }
    expect(signings).to.deep.equal([1, 4, 4])
  })

  it('are rebuilt after eviction', async () => {
    const bodies = createBodies({ maxBytes: 200_000 })
    const list = counted(longPlaylist(100))
    const render = async () => decoded(await bodies({ ...list, signature: query(jwt) }, 'gzip'))
    const before = await render()
    for (let other = 0; other < 8; other += 1)
      await bodies(
        { ...m3u8List(`#EXTM3U\n${incompressibleText(20_000 + other)}\n`), signature: query(jwt) },
        'gzip',
      )
    expect(await render()).to.equal(before)
    expect(list.signed()).to.equal(6)
  })

  it('contain their own token, whatever was requested before', async () => {
    const bodies = createBodies({ maxBytes: MEGABYTE })
    const list = longPlaylist(10)
    const [one, other] = await Promise.all([
      bodies({ ...list, signature: query(jwt) }, 'gzip'),
      bodies({ ...list, signature: query(another) }, 'gzip'),
    ])
    expect(decoded(one)).to.include(jwt).and.not.to.include(another)
    expect(decoded(other)).to.include(another).and.not.to.include(jwt)
    expect(one.body.length).to.equal(other.body.length)
  })

  describe('that are the same for all viewers', () => {
    const bodies = createBodies({ maxBytes: MEGABYTE })
    const list = longPlaylist(100)
    const sameForAll: ReadonlyArray<Signature> = [{ mode: 'none' }, { mode: 'inherited' }]

    for (const [accepted, coding] of [
      ['gzip, br', 'br'],
      ['gzip', 'gzip'],
      ['identity', undefined],
    ] as const) {
      it(`have one ETag as ${coding ?? 'plain text'}`, async () => {
        const all = await Promise.all(
          sameForAll.map((signature) => bodies({ ...list, sign: signM3u8, signature }, accepted)),
        )
        expect(new Set(all.map(({ headers }) => headers.ETag)).size).to.equal(1)
        expect(all[0]?.headers['Content-Encoding']).to.equal(coding)
        expect(all.map(decoded)).to.deep.equal(sameForAll.map(() => list.text))
      })
    }

    it('have an ETag for each coding and each text', async () => {
      const tags = await Promise.all(
        ['br', 'gzip', 'identity'].flatMap((accepted) =>
          [list, longPlaylist(99)].map(async (each) => {
            const { headers } = await bodies({ ...each, signature: { mode: 'none' } }, accepted)
            return headers.ETag
          }),
        ),
      )
      expect(new Set(tags).size).to.equal(6)
      for (const tag of tags) expect(tag).to.match(/^"[\w-]{43}(-br|-gzip)?"$/)
    })

    it('may be signed with a variable', async () => {
      const signature: Signature = { mode: 'define' }
      const body = await bodies({ ...list, sign: signM3u8, signature }, 'br')
      expect(decoded(body)).to.equal(signM3u8(list.text, signature))
      expect(body.headers.ETag).to.be.a('string')
    })
  })

  describe('that are for one viewer', () => {
    const bodies = createBodies({ maxBytes: MEGABYTE })
    const list = longPlaylist(100)
    const images = jsonList(`{"url":"${publicUrl}/api/1/image_files/image/ife_x.webp"}`)

    it('have no ETag, with the token in the query or in paths', async () => {
      for (const accepted of ['gzip', 'identity']) {
        const asQuery = await bodies({ ...list, signature: query(jwt) }, accepted)
        const asPath = await bodies({ ...images, signature: path(jwt) }, accepted)
        const listAsPath = await bodies({ ...list, signature: path(jwt) }, accepted)
        expect(decoded(listAsPath)).to.include(`/api/1/~${jwt}/`)
        expect(listAsPath.headers).not.to.have.property('ETag')
        expect(decoded(asPath)).to.include(`/api/1/~${jwt}/`)
        expect(asQuery.headers).not.to.have.property('ETag')
        expect(asPath.headers).not.to.have.property('ETag')
      }
    })

    it('are gzip for clients that accept both gzip and br, and unencoded for others', async () => {
      const codingFor = async (accepted: string | undefined) =>
        (await bodies({ ...list, signature: query(jwt) }, accepted)).headers['Content-Encoding']
      expect(await codingFor('br, gzip')).to.equal('gzip')
      expect(await codingFor('gzip;q=0.1, br')).to.equal('gzip')
      expect(await codingFor('br')).to.equal(undefined)
      expect(await codingFor(undefined)).to.equal(undefined)
    })

    it('are correct for a token that needs escaping', async () => {
      const unusual = 'a b&c$&"<'
      for (const each of [list, images]) {
        const body = await bodies({ ...each, signature: query(unusual) }, 'gzip')
        expect(body.headers['Content-Encoding']).to.equal('gzip')
        expect(decoded(body)).to.equal(each.sign(each.text, query(unusual)))
      }
    })

    it('are compressed one by one if there is no template', async () => {
      const apart = m3u8List(
        Array.from({ length: 9 }, (_, at) => `a.ts\n#${incompressibleText(33_000 + at)}\n`).join(''),
      )
      for (const token of [jwt, another]) {
        const body = await bodies({ ...apart, signature: query(token) }, 'gzip')
        expect(body.headers['Content-Encoding']).to.equal('gzip')
        expect(decoded(body)).to.equal(apart.sign(apart.text, query(token)))
      }
    })
  })
})

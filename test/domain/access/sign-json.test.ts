import { expect } from 'chai'
import fc from 'fast-check'
import { signJson } from '../../../src/domain/access/sign-json.ts'
import { toWebPlaylist } from '../../../src/domain/playlist/web-playlist.ts'
import { contentFile } from '../../support/vod-arbitraries.ts'

const home = 'https://media.example.com'
const jwt = 'eyJh.eyJz.c2ln'
const query = { mode: 'query', source: 'minted', jwt } as const
const path = { mode: 'path', source: 'minted', jwt } as const

type Exports = { readonly exports: ReadonlyArray<{ readonly url: string }> }
const urls = (text: string): ReadonlyArray<URL> =>
  (JSON.parse(text) as Exports).exports.map(({ url }) => new URL(url))

describe('signing a JSON list (http-api.md §3)', () => {
  const text = `{"url":"${home}/api/1/a/b.webp"}`

  it('puts the token into the query', () => {
    expect(signJson(text, home, query)).to.equal(`{"url":"${home}/api/1/a/b.webp?jwt=${jwt}"}`)
  })

  it('puts the token after an existing query and before a fragment', () => {
    const odd = `{"url":"${home}/api/1/a?x=1#top"}`
    expect(signJson(odd, home, query)).to.equal(`{"url":"${home}/api/1/a?x=1&jwt=${jwt}#top"}`)
  })

  it('puts the token into the path', () => {
    expect(signJson(text, home, path)).to.equal(`{"url":"${home}/api/1/~${jwt}/a/b.webp"}`)
  })

  it('does not change the list if the token is in a header', () => {
    expect(signJson(text, home, { mode: 'none' })).to.equal(text)
  })

  for (const url of [
    'https://elsewhere.example.com/api/1/a',
    'https://media.example.com.evil.example/api/1/a',
    'https://media.example.com@evil.example/api/1/a',
    'https://media.example.com/api/12/a',
    '//media.example.com/api/1/a',
    'data:image/png;base64,AAAA',
  ]) {
    it(`never gives the token to ${url}`, () => {
      const foreign = JSON.stringify({ url })
      expect(signJson(foreign, home, query)).to.equal(foreign)
      expect(signJson(foreign, home, path)).to.equal(foreign)
    })
  }

  it('signs url members, and no text that only looks like one', () => {
    const decoy = JSON.stringify({ note: `"url":"${home}/api/1/a"`, link: `${home}/api/1/a` })
    expect(signJson(decoy, home, query)).to.equal(decoy)
  })

  it('decodes an escaped URL', () => {
    const escaped = `{"url": "${home}\\/api\\/1\\/a"}`
    expect(signJson(escaped, home, query)).to.equal(`{"url": "${home}/api/1/a?jwt=${jwt}"}`)
  })

  it('puts the token exactly once into every url of any web playlist', () => {
    fc.assert(
      fc.property(contentFile(), fc.constantFrom(home, `${home}/`, 'http://127.0.0.1:8080'), (file, at) => {
        const plain = toWebPlaylist(file, at)
        for (const url of urls(signJson(plain, at, query)))
          expect(url.searchParams.getAll('jwt')).to.deep.equal([jwt])
        const signed = urls(signJson(plain, at, path))
        expect(signed.map(({ pathname }) => pathname.replace(`/~${jwt}`, ''))).to.deep.equal(
          urls(plain).map(({ pathname }) => pathname),
        )
        for (const url of signed)
          expect(url.pathname).to.match(/^\/api\/1\/~eyJh\.eyJz\.c2ln\/content_files\//)
      }),
    )
  })
})

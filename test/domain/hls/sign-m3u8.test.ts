import { expect } from 'chai'
import fc from 'fast-check'
import { parseM3u8Lines } from '../../../src/domain/hls/m3u8-lines.ts'
import { toMediaPlaylist } from '../../../src/domain/hls/media-playlist.ts'
import { signM3u8 } from '../../../src/domain/hls/sign-m3u8.ts'
import { childUri, listOfChildren } from '../../support/m3u8-arbitraries.ts'
import { vodParts } from '../../support/vod-arbitraries.ts'

const jwt = 'eyJh.eyJz-_.c2ln'
const query = { mode: 'query', source: 'minted', jwt } as const
const define = { mode: 'define' } as const
const home = 'https://media.example.com/api/1/content_files/exports/cfe_x.m3u8'

const children = (text: string): ReadonlyArray<string> =>
  parseM3u8Lines(text).flatMap(({ uri, attributes }) =>
    uri === null ? attributes.filter(({ name }) => name === 'URI').map(({ value }) => value) : [uri],
  )

const hrefWithoutToken = (href: string): string => {
  const url = new URL(href, home)
  const pairs = url.search.slice(1).split('&')
  url.search = pairs.filter((pair) => pair !== '' && pair !== `jwt=${jwt}`).join('&')
  return url.href
}

describe('signing an m3u8 playlist (http-api.md §3)', () => {
  it('puts the token exactly once into the URI of every child, and changes nothing else', () => {
    fc.assert(
      fc.property(listOfChildren, (list) => {
        const signed = children(signM3u8(list.text, query))
        expect(signed).to.have.length(list.children.length)
        signed.forEach((uri, i) => {
          expect(new URL(uri, home).searchParams.getAll('jwt'), uri).to.deep.equal([jwt])
          expect(hrefWithoutToken(uri)).to.equal(hrefWithoutToken(list.children[i] ?? ''))
        })
      }),
    )
  })

  it("does the same in Larder's own playlists", () => {
    fc.assert(
      fc.property(vodParts(), (vod) => {
        const signed = children(signM3u8(toMediaPlaylist(vod), query))
        expect(signed).to.have.length(vod.parts.length)
        for (const uri of signed) expect(uri).to.match(/^parts\/[\w-]+\.\w+\?jwt=eyJh\.eyJz-_\.c2ln$/)
      }),
    )
  })

  it('changes nothing when it is applied again', () => {
    fc.assert(
      fc.property(listOfChildren, ({ text }) => {
        const once = signM3u8(text, query)
        expect(signM3u8(once, query)).to.equal(once)
      }),
    )
  })

  it('supports CRLF, a missing final newline, queries and fragments (W12)', () => {
    expect(signM3u8('#EXTM3U\r\na.ts\r\nb.ts?x=1', query)).to.equal(
      `#EXTM3U\r\na.ts?jwt=${jwt}\r\nb.ts?x=1&jwt=${jwt}`,
    )
    expect(signM3u8('a.ts#t=1', query)).to.equal(`a.ts?jwt=${jwt}#t=1`)
    expect(signM3u8('a.ts?', query)).to.equal(`a.ts?jwt=${jwt}`)
    expect(signM3u8('a.ts\r', query)).to.equal(`a.ts?jwt=${jwt}\r`)
  })

  it('does not change URI="", which names no child (W12)', () => {
    const text = '#EXT-X-MEDIA:TYPE=CLOSED-CAPTIONS,URI=""\n'
    expect(signM3u8(text, query)).to.equal(text)
  })

  it('signs URI attributes, and no others', () => {
    const text = '#EXT-X-SESSION-DATA:DATA-ID="URI=a",VALUE="a.ts",URI="d.json"\n#EXTINF:6,URI="title"\n'
    expect(signM3u8(text, query)).to.equal(text.replace('d.json', `d.json?jwt=${jwt}`))
  })

  for (const uri of [
    'https://elsewhere.example.com/a.ts',
    'HTTP://elsewhere.example.com/a.ts',
    '//elsewhere.example.com/a.ts',
    '\\\\elsewhere.example.com/a.ts',
    '/\\elsewhere.example.com/a.ts',
    '/\t/elsewhere.example.com/a.ts',
    'h\tttps://elsewhere.example.com/a.ts',
    'https:elsewhere.ts',
    'skd://key',
    'data:text/plain;base64,AAAA',
  ]) {
    it(`never gives the token to ${JSON.stringify(uri)}`, () => {
      const text = `#EXT-X-KEY:METHOD=AES-128,URI="${uri}"\n#EXTINF:6,\n${uri}\n`
      expect(signM3u8(text, query)).to.equal(text)
    })
  }

  it('never gives the token to another origin, whatever the URI', () => {
    const odd = fc.oneof(
      fc.string(),
      fc.string({ unit: fc.constantFrom('/', '\\', ':', '.', 'h', 't', 'p', 's', '\t', ' ', '?', '#') }),
      fc.tuple(fc.constantFrom('//', 'http:', ' \t//', '\u0001//'), childUri).map((parts) => parts.join('')),
    )
    fc.assert(
      fc.property(odd, (uri) => {
        for (const child of children(signM3u8(uri.replace(/[\r\n]/g, ''), query))) {
          if (!child.includes(jwt) || !URL.canParse(child, home)) continue
          for (const scheme of ['http', 'https']) {
            const base = home.replace('https', scheme)
            expect(new URL(child, base).origin).to.equal(new URL(base).origin)
          }
        }
      }),
      { numRuns: 1000 },
    )
  })

  it('in path mode puts the token into the URI of every child of the API, as an absolute path', () => {
    fc.assert(
      fc.property(listOfChildren, (list) => {
        const signed = children(signM3u8(list.text, { mode: 'path', source: 'minted', jwt }))
        expect(signed).to.have.length(list.children.length)
        signed.forEach((uri, i) => {
          const plain = new URL(list.children[i] ?? '', home)
          const isBelow = plain.pathname.startsWith('/api/1/') && !plain.pathname.startsWith('/api/1/~')
          expect(uri.startsWith(`/api/1/~${jwt}/`), uri).to.equal(isBelow)
          expect(new URL(uri.replace(`/~${jwt}`, ''), home).href).to.equal(plain.href)
        })
      }),
      { numRuns: 1000 },
    )
    const ofMaster = signM3u8('../exports/cfe_a.m3u8', { mode: 'path', source: 'minted', jwt })
    expect(ofMaster).to.equal(`/api/1/~${jwt}/content_files/exports/cfe_a.m3u8`)
  })

  it('changes nothing if the token is inherited or in a header', () => {
    fc.assert(
      fc.property(listOfChildren, ({ text }) => {
        expect(signM3u8(text, { mode: 'inherited' })).to.equal(text)
        expect(signM3u8(text, { mode: 'none' })).to.equal(text)
      }),
    )
  })

  it('in define mode declares the variable, and every child refers to it', () => {
    expect(
      signM3u8('#EXTM3U\n#EXT-X-VERSION:6\n#EXT-X-MAP:URI="i.mp4"\n#EXTINF:6,\na.m4s?x=1\n', define),
    ).to.equal(`#EXTM3U
#EXT-X-VERSION:11
#EXT-X-DEFINE:QUERYPARAM="jwt"
#EXT-X-MAP:URI="i.mp4?jwt={$jwt}"
#EXTINF:6,
a.m4s?x=1&jwt={$jwt}
`)
  })

  it('in define mode keeps a higher version, adds a missing one, and keeps the line breaks', () => {
    expect(signM3u8('#EXTM3U\n#EXT-X-VERSION:12\n', define)).to.include('#EXT-X-VERSION:12\n#EXT-X-DEFINE:')
    expect(signM3u8('#EXTM3U\r\na.ts\r\n', define)).to.equal(
      '#EXTM3U\r\n#EXT-X-VERSION:11\r\n#EXT-X-DEFINE:QUERYPARAM="jwt"\r\na.ts?jwt={$jwt}\r\n',
    )
  })

  it('in define mode equals query mode once the variable is replaced', () => {
    fc.assert(
      fc.property(listOfChildren, ({ text }) => {
        const filled = children(signM3u8(text, define)).map((uri) => uri.replace('{$jwt}', jwt))
        expect(filled).to.deep.equal(children(signM3u8(text, query)))
      }),
    )
  })
})

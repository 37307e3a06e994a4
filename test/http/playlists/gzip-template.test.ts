import { execFileSync } from 'node:child_process'
import { gunzipSync } from 'node:zlib'
import { expect } from 'chai'
import fc from 'fast-check'
import { O } from '../../../src/fp.ts'
import { createGzipTemplate, fillGzip, type GzipTemplate } from '../../../src/http/playlists/gzip-template.ts'
import { createIdentityTemplate, fillIdentity } from '../../../src/http/playlists/identity-template.ts'
import { MAX_PLACEHOLDER_LENGTH } from '../../../src/http/playlists/placeholder.ts'
import { isInstalled } from '../../support/is-installed.ts'
import {
  anyToken,
  incompressibleText,
  longPlaylist,
  tokenOfLength,
  unsignedList,
} from '../../support/list-arbitraries.ts'

type Sign = (token: string) => string

const identity = async (sign: Sign, tokenLength: number) => {
  const template = await createIdentityTemplate(sign, tokenLength)
  if (O.isNone(template)) throw new Error('there is no template')
  return template.value
}

const templateOf = async (sign: Sign, tokenLength: number): Promise<O.Option<GzipTemplate>> =>
  createGzipTemplate(await identity(sign, tokenLength))

/** Signs as a playlist that has the token after each of these texts except the last. */
const between =
  (...pieces: ReadonlyArray<string>): Sign =>
  (token) =>
    pieces.join(token)

const signedBy =
  ({ text, sign }: ReturnType<typeof longPlaylist>): Sign =>
  (jwt) =>
    sign(text, { mode: 'query', source: 'minted', jwt })

const tokens = fc.sample(tokenOfLength(220), { numRuns: 5, seed: 1 })

describe('the template of a list', () => {
  it('yields the signed list, unencoded, for any list and token', () =>
    fc.assert(
      fc.asyncProperty(unsignedList(), anyToken(), async ({ text, sign }, jwt) => {
        const signed: Sign = (token) => sign(text, { mode: 'query', source: 'minted', jwt: token })
        const template = await identity(signed, jwt.length)
        expect(fillIdentity(template, Buffer.from(jwt)).equals(Buffer.from(signed(jwt)))).to.equal(true)
      }),
    ))

  it('yields the signed list, as gzip, for any list and token', () =>
    fc.assert(
      fc.asyncProperty(unsignedList(), anyToken(), async ({ text, sign }, jwt) => {
        const signed: Sign = (token) => sign(text, { mode: 'query', source: 'minted', jwt: token })
        const template = await templateOf(signed, jwt.length)
        if (O.isNone(template)) {
          // A token of ten letters is long enough for a back-reference; a shorter one may not be.
          expect(jwt.length < 10 || !signed(jwt).includes(jwt)).to.equal(true)
          return
        }
        expect(gunzipSync(fillGzip(template.value, Buffer.from(jwt))).toString()).to.equal(signed(jwt))
      }),
    ))

  for (const parts of [1, 2, 1000, 5000]) {
    it(`as gzip exists for Larder's playlists of ${parts} parts, whatever their uids`, async () => {
      const signed = signedBy(longPlaylist(parts))
      const template = await templateOf(signed, 220)
      if (O.isNone(template)) throw new Error('there is none')
      for (const token of tokens) {
        const body = fillGzip(template.value, Buffer.from(token))
        expect(gunzipSync(body).toString()).to.equal(signed(token))
        expect(body.length).to.be.below(500 + 20 * parts)
      }
    })
  }

  const byOthers = isInstalled('gzip') && isInstalled('python3') ? it : null
  byOthers?.('satisfies gzip and Python, which do not share code with Node', async () => {
    const signed = signedBy(longPlaylist(300))
    const template = await templateOf(signed, 220)
    if (O.isNone(template)) throw new Error('there is none')
    const python = 'import gzip, sys; sys.stdout.buffer.write(gzip.decompress(sys.stdin.buffer.read()))'
    for (const token of tokens.slice(0, 2)) {
      const input = fillGzip(template.value, Buffer.from(token))
      execFileSync('gzip', ['-t'], { input, stdio: ['pipe', 'ignore', 'pipe'] })
      expect(execFileSync('python3', ['-c', python], { input }).toString()).to.equal(signed(token))
    }
  })

  const placesOf = async (signed: Sign, token: string): Promise<number> => {
    const template = await templateOf(signed, token.length)
    if (O.isNone(template)) throw new Error('there is none')
    expect(gunzipSync(fillGzip(template.value, Buffer.from(token))).toString()).to.equal(signed(token))
    return template.value.places.length
  }

  it('contains the token literally once, wherever the token occurs', async () => {
    const token = incompressibleText(220)
    expect(await placesOf(between('', '\n'), token)).to.equal(1)
    expect(await placesOf(between('a?', '', '', '\n'), token)).to.equal(1)
    expect(await placesOf(between('', ''), token)).to.equal(1)
  })

  it('contains another literal token if a back-reference is impossible: too far or too short', async () => {
    const token = incompressibleText(220)
    expect(await placesOf(between('a?', `\n${incompressibleText(40_000)}?`, '\n'), token)).to.equal(2)
    expect(await placesOf(between('', '\nb?', '\n'), token)).to.equal(2)
    expect(await placesOf(between('a?', '\nb', '\nc', '\n'), 'x')).to.equal(3)
  })

  it('exists for tokens of every length, whatever remains after matches of 258 bytes', async () => {
    const { text, sign } = longPlaylist(20)
    for (let length = 240; length < 262; length += 1)
      expect(
        await placesOf(
          (jwt) => sign(text, { mode: 'query', source: 'minted', jwt }),
          incompressibleText(length),
        ),
      ).to.be.below(4)
  })

  it('does not exist without a token, or for a token longer than any placeholder', async () => {
    expect(O.isNone(await templateOf(between('#EXTM3U\n'), 220))).to.equal(true)
    expect(O.isNone(await templateOf(between('a?', '\n'), MAX_PLACEHOLDER_LENGTH + 1))).to.equal(true)
    expect(O.isSome(await templateOf(between('a?', '\n'), MAX_PLACEHOLDER_LENGTH))).to.equal(true)
  })

  it('does not exist if too few tokens can be back-references', async () => {
    const pieces = Array.from({ length: 9 }, (_, index) => incompressibleText(33_000 + index))
    expect(O.isNone(await templateOf(between(...pieces), 220))).to.equal(false)
    expect(O.isNone(await templateOf(between(...pieces, ''), 220))).to.equal(true)
  })
})

describe('finding the positions of a token', () => {
  const isNone = async (sign: Sign) => O.isNone(await createIdentityTemplate(sign, 20))

  it('fails for a signing that depends on more than the length of the token', async () => {
    expect(await isNone((token) => `a?${token.toLowerCase()}`)).to.equal(true)
    expect(await isNone((token) => (token.startsWith('A') ? token : `${token}.`))).to.equal(true)
    expect(await isNone((token) => token.slice(0, 10))).to.equal(true)
    expect(await isNone((token) => [...token].reverse().join(''))).to.equal(true)
  })
})

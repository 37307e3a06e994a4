import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { Agent, request } from 'node:http'
import { expect } from 'chai'
import { createCachedMediaTokens } from '../../src/adapters/jose/cached-media-tokens.ts'
import { createJoseIdTokenVerifier } from '../../src/adapters/jose/jose-id-token-verifier.ts'
import { createJoseMediaTokens } from '../../src/adapters/jose/jose-media-tokens.ts'
import { generateSecretKey } from '../../src/adapters/jose/token-keys.ts'
import type { TokenKey } from '../../src/ports/token-key.ts'
import { right } from '../support/expect-right.ts'
import { type CorpusToken, jwtCorpus } from '../support/jwt-corpus.ts'
import { seedFilm, seedImage } from '../support/library.ts'
import { createMemoryLarder, createStandingClock, listen, type TestServer } from '../support/memory-larder.ts'

const secret = generateSecretKey('i1')
const pairs = {
  ed25519: generateKeyPairSync('ed25519'),
  rsa: generateKeyPairSync('rsa', { modulusLength: 2048 }),
}
const verifying = (kid: string, algorithm: 'EdDSA' | 'RS256', key: KeyObject): TokenKey => ({
  kid,
  algorithm,
  material: key.export({ format: 'der', type: 'spki' }),
})
const keys = [
  secret,
  verifying('e1', 'EdDSA', pairs.ed25519.publicKey),
  verifying('r1', 'RS256', pairs.rsa.publicKey),
]
const corpusKeys = {
  secret: { kid: 'i1', key: secret.material },
  ed25519: { kid: 'e1', ...pairs.ed25519 },
  rsa: { kid: 'r1', ...pairs.rsa },
}

const agent = new Agent({ keepAlive: true, maxSockets: 1 })

/**
 * Returns the status, or `null` if Node refuses to send such a header or path. No server can receive these.
 */
const statusOf = (base: string, path: string, authorization?: string): Promise<number | null> =>
  new Promise((resolve, reject) => {
    try {
      const headers = authorization === undefined ? {} : { authorization }
      const sent = request(base + path, { headers, agent })
      sent.on('error', reject)
      sent.on('response', (response) => {
        response.resume()
        response.on('end', () => resolve(response.statusCode ?? null))
      })
      sent.end()
    } catch {
      resolve(null)
    }
  })

describe('attacks on tokens (§2.1)', () => {
  let server: TestServer
  let urls: Readonly<Record<'image' | 'content' | 'id', string>>
  let subs: Readonly<Record<'image' | 'content' | 'id', string>>
  before(async () => {
    const { clock } = createStandingClock()
    const options = { issuer: 'larder', leewaySeconds: 0, maxTtlSeconds: 2_592_000, clock }
    const tokens = createJoseMediaTokens({ ...options, keys: { image: keys, content: keys } })
    const larder = await createMemoryLarder({
      clock,
      tokens: createCachedMediaTokens(tokens, clock),
      idTokenVerifier: createJoseIdTokenVerifier({ ...options, keys }),
    })
    const [image, film] = [await seedImage(larder), await seedFilm(larder)]
    await right(larder.admins.setAdmin('zoë@example.org', true))
    subs = { image: image.uid, content: film.uid, id: 'zoë@example.org' }
    urls = {
      image: `image_files/playlist/${image.uid}`,
      content: `content_files/${film.uid}/web.json`,
      id: 'admin/me',
    }
    server = await listen(larder)
  })
  after(() => {
    agent.destroy()
    return server.close()
  })

  const corpusOf = (use: 'image' | 'content' | 'id'): ReadonlyArray<CorpusToken> =>
    jwtCorpus(corpusKeys, {
      sub: subs[use],
      iss: 'larder',
      aud: `larder-${use}`,
      iat: 1_799_999_999,
      exp: 1_800_000_900,
    })

  /**
   * The permitted statuses. An empty token counts as missing: 401 (§1.4). Node does not send tokens that are
   * invalid in a header or URL.
   */
  const expected = ({ isGood, jwt }: CorpusToken): ReadonlyArray<number | null> =>
    isGood ? [200] : jwt.trim() === '' ? [401] : [403, null]

  for (const use of ['image', 'content', 'id'] as const) {
    it(`with or without a valid signature never open ${use} routes, and cause no server error`, async () => {
      const corpus = corpusOf(use)
      expect(corpus.length).to.be.greaterThan(150)
      for (const token of corpus) {
        const { name, jwt } = token
        // White space ends a bearer token, so the header is malformed (401). HTTP itself removes trailing
        // white space.
        const byHeader = await statusOf(server.base, `/api/1/${urls[use]}`, `bearer ${jwt}`)
        if (/\s/.test(jwt))
          expect(byHeader, `${name} by header`).to.be.oneOf([
            401,
            403,
            null,
            ...(jwt.trim() === jwt ? [] : [200]),
          ])
        else expect(byHeader, `${name} by header`).to.be.oneOf([...expected(token)])
        if (use === 'id') continue
        const encoded = encodeURIComponent(jwt)
        expect(
          await statusOf(server.base, `/api/1/${urls[use]}?jwt=${encoded}`),
          `${name} by query`,
        ).to.be.oneOf([...expected(token)])
        if (/[/?#%\s]/.test(jwt) || /[^\x20-\x7e]/.test(jwt)) continue
        expect(await statusOf(server.base, `/api/1/~${jwt}/${urls[use]}`), `${name} by path`).to.be.oneOf([
          ...expected(token),
        ])
      }
    })
  }

  it('cannot use a token of one kind on routes of another kind', async () => {
    for (const use of ['image', 'content', 'id'] as const)
      for (const { jwt, name } of corpusOf(use).filter(({ isGood }) => isGood))
        for (const other of ['image', 'content', 'id'] as const)
          if (other !== use)
            expect(await statusOf(server.base, `/api/1/${urls[other]}`, `bearer ${jwt}`), name).to.equal(403)
  })
})

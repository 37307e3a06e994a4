import { createPrivateKey, generateKeyPairSync, randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { SignJWT } from 'jose'
import { createCachedMediaTokens } from '../../../src/adapters/jose/cached-media-tokens.ts'
import { createJoseMediaTokens } from '../../../src/adapters/jose/jose-media-tokens.ts'
import { generateSecretKey } from '../../../src/adapters/jose/token-keys.ts'
import type { Clock } from '../../../src/ports/clock.ts'
import type { TokenKey } from '../../../src/ports/token-key.ts'
import { mediaTokensContract } from '../../contracts/media-tokens.contract.ts'
import { left, right } from '../../support/expect-right.ts'

const now = 1_800_000_000_000
const content = [generateSecretKey('c1')]

const standingClock: Clock = () => now

const withKeys = (image: ReadonlyArray<TokenKey>, { clock = standingClock, leewaySeconds = 0 } = {}) =>
  createJoseMediaTokens({
    issuer: 'larder',
    leewaySeconds,
    maxTtlSeconds: 2_592_000,
    clock,
    keys: { image, content },
  })

const ed25519 = (kid: string) => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  return {
    signs: { kid, algorithm: 'EdDSA', material: privateKey.export({ format: 'der', type: 'pkcs8' }) },
    verifies: { kid, algorithm: 'EdDSA', material: publicKey.export({ format: 'der', type: 'spki' }) },
  } as const
}

describe('jose media tokens', () => {
  mediaTokensContract((clock) => withKeys([generateSecretKey('i1')], { clock }))

  it('are verified with an old key after a new key signs', async () => {
    const [old, fresh] = [generateSecretKey('old'), generateSecretKey('new')]
    const jwt = await right(withKeys([old]).mint('image', 'if_a', 60))
    await right(withKeys([fresh, old]).verify('image', jwt))
    expect(await left(withKeys([fresh]).verify('image', jwt))).to.include({ reason: 'unknown_key' })
  })

  it('are verified if another service minted them with its own private key', async () => {
    const key = ed25519('their')
    const jwt = await right(withKeys([key.signs]).mint('image', 'if_a', 60))
    const here = withKeys([generateSecretKey('ours'), key.verifies])
    expect(await right(here.verify('image', jwt))).to.include({ sub: 'if_a' })
  })

  it('[V63] are minted by the first key that can sign, before or after keys that only verify', async () => {
    const [theirs, ours] = [ed25519('their'), generateSecretKey('ours')]
    const here = withKeys([theirs.verifies, ours, generateSecretKey('later')])
    const jwt = await right(here.mint('image', 'if_a', 60))
    await right(withKeys([ours]).verify('image', jwt))
    await right(here.verify('image', await right(withKeys([theirs.signs]).mint('image', 'if_a', 60))))
    expect(() => withKeys([theirs.verifies])).to.throw('no larder-image key can sign')
  })

  it('[V63] without a kid are verified with the first key, even one that only verifies (§2.1)', async () => {
    const theirs = ed25519('their')
    const unnamed = (key: Parameters<SignJWT['sign']>[0], alg: string) =>
      new SignJWT({ iat: now / 1000 })
        .setProtectedHeader({ alg })
        .setSubject('if_a')
        .setIssuer('larder')
        .setAudience('larder-image')
        .setExpirationTime(now / 1000 + 60)
        .sign(key)
    const ours = generateSecretKey('ours')
    const here = withKeys([theirs.verifies, ours])
    const signed = createPrivateKey({ key: Buffer.from(theirs.signs.material), format: 'der', type: 'pkcs8' })
    await right(here.verify('image', await unnamed(signed, 'EdDSA')))
    expect(await left(here.verify('image', await unnamed(ours.material, 'HS256')))).to.include({
      reason: 'unknown_key',
    })
  })

  it('are refused if a public key was used as a secret (key confusion, §2.1)', async () => {
    const { verifies } = ed25519('k')
    const jwt = await new SignJWT({})
      .setProtectedHeader({ alg: 'HS256', kid: 'k' })
      .setSubject('if_a')
      .setIssuer('larder')
      .setAudience('larder-image')
      .setIssuedAt(now / 1000)
      .setExpirationTime(now / 1000 + 60)
      .sign(verifies.material)
    const tokens = withKeys([generateSecretKey('ours'), verifies])
    expect(await left(tokens.verify('image', jwt))).to.include({ _tag: 'Forbidden' })
  })

  const secret = generateSecretKey('i1')
  const signed = (claims: Record<string, unknown>, alg = 'HS256') =>
    new SignJWT({
      sub: 'if_a',
      iss: 'larder',
      aud: 'larder-image',
      iat: now / 1000,
      exp: now / 1000 + 60,
      ...claims,
    })
      .setProtectedHeader({ alg, kid: 'i1' })
      .sign(secret.material)

  const day = 86_400
  for (const [what, claims, reason] of [
    ['a lifetime above the maximum', { exp: now / 1000 + 30 * day + 1 }, 'lifetime'],
    ['a lifetime above the maximum, though it ends soon', { iat: now / 1000 - 30 * day }, 'lifetime'],
    ['an issue time too far in the future', { iat: now / 1000 + 61 }, 'issued_later'],
  ] as const)
    it(`[§2.1] are refused with ${what}`, async () => {
      expect(await left(withKeys([secret]).verify('image', await signed(claims)))).to.include({ reason })
    })

  it('[§2.1] are accepted at the bounds of lifetime and issue time, and called expired once they are', async () => {
    const bounds = [{ exp: now / 1000 + 30 * day }, { iat: now / 1000 + 60 }]
    for (const claims of bounds) await right(withKeys([secret]).verify('image', await signed(claims)))
    const old = await signed({ iat: now / 1000 - 31 * day, exp: now / 1000 - 1 })
    expect(await left(withKeys([secret]).verify('image', old))).to.include({ reason: 'expired' })
  })

  for (const [what, claims] of Object.entries({
    'another issuer': { iss: 'elsewhere' },
    'another audience': { aud: 'larder-content' },
    'no subject': { sub: undefined },
    'no issue time': { iat: undefined },
    'no expiry': { exp: undefined },
    'a subject that is not a string': { sub: 7 },
    'a start in the future': { nbf: now / 1000 + 30 },
    'an expiry in milliseconds': { exp: now + 60_000 },
    'an issue time in milliseconds': { iat: now },
    'a start in milliseconds, though it is long ago': { nbf: 1e11 + 1 },
    'the uid of an export as subject': { sub: 'ife_a' },
    'the uid of a film as subject': { sub: 'cf_a' },
    'the uid of a film with a prefix as subject': { sub: `acme_cf_${'a'.repeat(22)}` },
    'a height of 0': { maxh: 0 },
    'a height that is not a number': { maxh: '480' },
    'a clip that ends before it starts': { clip: [20, 10] },
    'a clip of length 0': { clip: [10, 10] },
    'a clip that starts before the film': { clip: [-1, 10] },
    'a clip without an end': { clip: [10] },
    'a clip of three times': { clip: [1, 2, 3] },
    'exports that are not a list': { exports: 'cfe_a' },
    'a restriction of null': { maxh: null },
    'a mark of public files that is not a boolean': { pub: 'yes' },
  })) {
    it(`are refused with ${what}`, async () => {
      const tokens = withKeys([secret])
      await right(tokens.verify('image', await signed({})))
      expect(await left(tokens.verify('image', await signed(claims)))).to.include({ _tag: 'Forbidden' })
    })
  }

  it('are accepted with every uid of an image as subject, including old uids without a kind', async () => {
    const random = 'cf_cfe_s3f_cf_cfe_s3f_' // This is a possible encoding of 16 random bytes.
    for (const sub of ['if_a', `if_${random}`, `acme_if_${random}`, 'if', 'cf', '1234', 'cat_if_sun'])
      expect(await right(withKeys([secret]).verify('image', await signed({ sub })))).to.include({ sub })
  })

  it('contain the time at which they were minted, and their name if they have one; also when verified from the cache', async () => {
    const tokens = createCachedMediaTokens(withKeys([secret]), standingClock)
    for (const [claims, name] of [
      [{}, {}],
      [{ jti: 'one' }, { jti: 'one' }],
      [{ jti: 7 }, {}],
      [{ jti: '' }, {}],
    ] as const) {
      const jwt = await signed(claims)
      const grant = { sub: 'if_a', iat: now / 1000, exp: now / 1000 + 60, restrictions: {}, ...name }
      expect(await right(tokens.verify('image', jwt))).to.deep.equal(grant)
      expect(tokens.verifiedGrant('image', jwt)).to.deep.equal(grant)
    }
  })

  it('contain no claim without a use, because each URL of a list repeats them', async () => {
    const tokens = withKeys([secret])
    const minted = await right(tokens.mint('image', 'if_a', 60))
    const derived = await right(tokens.derive('image', await right(tokens.verify('image', minted))))
    for (const jwt of [minted, derived]) {
      const [, payload = ''] = jwt.split('.')
      const { use: _, ...claims } = JSON.parse(Buffer.from(payload, 'base64url').toString())
      expect(claims).to.have.all.keys('sub', 'iss', 'aud', 'iat', 'exp', 'jti')
    }
  })

  it('are accepted with unknown claims', async () => {
    const jwt = await signed({ name: 'Ann', scope: ['a'], maxw: 3 })
    expect(await right(withKeys([secret]).verify('image', jwt))).to.include({ sub: 'if_a' })
  })

  it('are refused if the same secret was used with another algorithm', async () => {
    const long: TokenKey = { kid: 'i1', algorithm: 'HS256', material: randomBytes(64) }
    const jwt = await new SignJWT({})
      .setProtectedHeader({ alg: 'HS512', kid: 'i1' })
      .setSubject('if_a')
      .setIssuer('larder')
      .setAudience('larder-image')
      .setIssuedAt(now / 1000)
      .setExpirationTime(now / 1000 + 60)
      .sign(long.material)
    expect(await left(withKeys([long]).verify('image', jwt))).to.include({ reason: 'unknown_key' })
  })

  it('are accepted within the configured leeway, and no longer', async () => {
    let time = now
    const clock: Clock = () => time
    const tokens = withKeys([secret], { clock, leewaySeconds: 5 })
    const jwt = await right(tokens.mint('image', 'if_a', 10))
    time += 14_000
    await right(tokens.verify('image', jwt))
    time += 1000
    expect(await left(tokens.verify('image', jwt))).to.include({ reason: 'expired' })
  })
})

describe('cached media tokens', () => {
  mediaTokensContract((clock) =>
    createCachedMediaTokens(withKeys([generateSecretKey('i1')], { clock }), clock),
  )

  it('are verified once', async () => {
    const tokens = withKeys([generateSecretKey('i1')])
    let verified = 0
    const counting = createCachedMediaTokens(
      {
        ...tokens,
        verify: (kind, jwt) => {
          verified += 1
          return tokens.verify(kind, jwt)
        },
      },
      () => now,
    )
    const jwt = await right(counting.mint('image', 'if_a', 60))
    await right(counting.verify('image', jwt))
    await right(counting.verify('image', jwt))
    expect(verified).to.equal(1)
  })
})

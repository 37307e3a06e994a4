import { generateKeyPairSync } from 'node:crypto'
import { expect } from 'chai'
import { decodeProtectedHeader } from 'jose'
import { createJoseIdTokenIssuer } from '../../../src/adapters/jose/jose-id-token-issuer.ts'
import { createJoseIdTokenVerifier } from '../../../src/adapters/jose/jose-id-token-verifier.ts'
import { createJoseMediaTokens } from '../../../src/adapters/jose/jose-media-tokens.ts'
import {
  formatTokenKeys,
  generateSecretKey,
  parseSecretOrKeys,
} from '../../../src/adapters/jose/token-keys.ts'
import { E } from '../../../src/fp.ts'
import type { Clock } from '../../../src/ports/clock.ts'
import type { TokenKey } from '../../../src/ports/token-key.ts'
import { idTokenVerifierContract } from '../../contracts/id-token-verifier.contract.ts'
import { left, right } from '../../support/expect-right.ts'

const standing: Clock = () => 1_800_000_000_000

const optionsOf = (keys: ReadonlyArray<TokenKey>, clock = standing) => ({
  issuer: 'larder',
  leewaySeconds: 0,
  maxTtlSeconds: 2_592_000,
  clock,
  keys,
})

describe('jose id tokens', () => {
  idTokenVerifierContract((clock) => {
    const keys = [generateSecretKey('id')]
    const mintBy = (signing: ReadonlyArray<TokenKey>) => {
      const issuer = createJoseIdTokenIssuer(optionsOf(signing, clock))
      return (sub: string, ttlSeconds: number) => right(issuer.mint(sub, ttlSeconds))
    }
    return {
      verifier: createJoseIdTokenVerifier(optionsOf(keys, clock)),
      mint: mintBy(keys),
      forge: mintBy([generateSecretKey('id')]),
    }
  })

  it('are verified with a key that cannot sign, and not minted with it', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519')
    const signs: TokenKey = {
      kid: 'k',
      algorithm: 'EdDSA',
      material: privateKey.export({ format: 'der', type: 'pkcs8' }),
    }
    const verifies: TokenKey = { ...signs, material: publicKey.export({ format: 'der', type: 'spki' }) }
    const jwt = await right(createJoseIdTokenIssuer(optionsOf([signs])).mint('ann', 60))
    const verifier = createJoseIdTokenVerifier(optionsOf([verifies]))
    expect(await right(verifier.verify(jwt))).to.include({ sub: 'ann', iat: standing() / 1000 - 1 })
    expect(() => createJoseIdTokenIssuer(optionsOf([verifies]))).to.throw('no larder-id key can sign')
  })

  it('[§8.1] are verified with every key of ID_TOKEN_SECRET while it is rotated, and signed with the first', async () => {
    const text = 'a secret of the first release, 32 bytes or more'
    const keysOf = (setting: string) => {
      const keys = parseSecretOrKeys(setting)
      return E.isRight(keys) ? keys.right : expect.fail(keys.left)
    }
    const fresh = formatTokenKeys([generateSecretKey('k2')])
    const old = `id:HS256:${Buffer.from(text).toString('base64url')}`
    // The steps of docs/tokens.md: each setting verifies the tokens of its neighbours.
    const steps = [text, `${old},${fresh}`, `${fresh},${old}`, fresh].map(keysOf)
    const kids: unknown[] = []
    for (const [step, keys] of steps.entries()) {
      const jwt = await right(createJoseIdTokenIssuer(optionsOf(keys)).mint('ann', 60))
      kids.push(decodeProtectedHeader(jwt).kid)
      for (const neighbour of steps.slice(Math.max(0, step - 1), step + 2))
        expect(await right(createJoseIdTokenVerifier(optionsOf(neighbour)).verify(jwt))).to.include({
          sub: 'ann',
        })
    }
    expect(kids).to.deep.equal(['id', 'id', 'k2', 'k2'])
    const [first = [], , , last = []] = steps
    const jwt = await right(createJoseIdTokenIssuer(optionsOf(first)).mint('ann', 60))
    expect(await left(createJoseIdTokenVerifier(optionsOf(last)).verify(jwt))).to.include({
      reason: 'unknown_key',
    })
  })

  it('are not accepted as media tokens, although one key signs both', async () => {
    const keys = [generateSecretKey('k')]
    const media = createJoseMediaTokens({ ...optionsOf(keys), keys: { image: keys, content: keys } })
    const verifier = createJoseIdTokenVerifier(optionsOf(keys))
    for (const kind of ['image', 'content'] as const) {
      const jwt = await right(media.mint(kind, 'if_a', 60))
      expect(await left(verifier.verify(jwt))).to.deep.equal({ _tag: 'Forbidden', reason: 'audience' })
    }
  })
})

import { generateKeyPairSync } from 'node:crypto'
import { expect } from 'chai'
import { createJoseIdTokenIssuer } from '../../../src/adapters/jose/jose-id-token-issuer.ts'
import { createJoseIdTokenVerifier } from '../../../src/adapters/jose/jose-id-token-verifier.ts'
import { createJoseMediaTokens } from '../../../src/adapters/jose/jose-media-tokens.ts'
import { generateSecretKey } from '../../../src/adapters/jose/token-keys.ts'
import type { Clock } from '../../../src/ports/clock.ts'
import type { TokenKey } from '../../../src/ports/token-key.ts'
import { idTokenVerifierContract } from '../../contracts/id-token-verifier.contract.ts'
import { left, right } from '../../support/expect-right.ts'

const standing: Clock = () => 1_800_000_000_000

const optionsOf = (keys: ReadonlyArray<TokenKey>, clock = standing) => ({
  issuer: 'larder',
  leewaySeconds: 0,
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
    expect(await right(verifier.verify(jwt))).to.deep.equal({ sub: 'ann' })
    expect(() => createJoseIdTokenIssuer(optionsOf([verifies]))).to.throw('no larder-id key can sign')
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

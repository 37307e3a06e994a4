import { createPrivateKey, createPublicKey, createSecretKey, type KeyObject } from 'node:crypto'
import { errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify, SignJWT } from 'jose'
import { type Forbidden, type ForbiddenReason, forbidden } from '../../domain/shared/errors.ts'
import { E } from '../../fp.ts'
import type { Clock } from '../../ports/clock.ts'
import type { TokenKey } from './token-key.ts'

export type JwtCodecOptions = {
  readonly issuer: string
  readonly audience: string
  /** The first one signs. */
  readonly keys: ReadonlyArray<TokenKey>
  readonly leewaySeconds: number
  readonly clock: Clock
}

/** Signs and verifies the JWTs (RFC 7519) of one audience. */
export type JwtCodec = {
  readonly sign: (claims: JWTPayload, sub: string, ttlSeconds: number) => Promise<string>
  readonly verify: (jwt: string) => Promise<E.Either<Forbidden, JWTPayload & { sub: string; exp: number }>>
}

type LoadedKey = TokenKey & { readonly verifies: KeyObject; readonly signs: KeyObject | null }

const loadKey = (key: TokenKey): LoadedKey => {
  const der = Buffer.from(key.material)
  if (key.algorithm === 'HS256') {
    const secret = createSecretKey(der)
    return { ...key, verifies: secret, signs: secret }
  }
  try {
    const signs = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
    return { ...key, verifies: createPublicKey(signs), signs }
  } catch {
    // Not a private key: then it verifies what another service has signed.
    return { ...key, verifies: createPublicKey({ key: der, format: 'der', type: 'spki' }), signs: null }
  }
}

const reasonOf = (error: unknown): ForbiddenReason => {
  if (error instanceof errors.JWTExpired) return 'expired'
  if (error instanceof errors.JWTClaimValidationFailed) return 'claims'
  if (error instanceof errors.JWKSNoMatchingKey) return 'unknown_key'
  return 'signature'
}

/** Throws when a key's material is not a key of its algorithm, or the first key cannot sign. */
export const createJwtCodec = ({
  issuer,
  audience,
  keys,
  leewaySeconds,
  clock,
}: JwtCodecOptions): JwtCodec => {
  const loaded = keys.map(loadKey)
  const [signer] = loaded
  if (signer === undefined || signer.signs === null) throw new Error(`the first ${audience} key cannot sign`)
  const signingKey = signer.signs

  // A key is used with its own algorithm and no other: neither `none` nor a public key taken for a secret passes.
  const keyOf: JWTVerifyGetKey = (header) => {
    const key = header.kid === undefined ? signer : loaded.find(({ kid }) => kid === header.kid)
    if (key === undefined || key.algorithm !== header.alg) throw new errors.JWKSNoMatchingKey()
    return key.verifies
  }

  return {
    sign: (claims, sub, ttlSeconds) => {
      const now = Math.floor(clock() / 1000)
      return new SignJWT(claims)
        .setProtectedHeader({ alg: signer.algorithm, kid: signer.kid, typ: 'JWT' })
        .setSubject(sub)
        .setIssuer(issuer)
        .setAudience(audience)
        .setIssuedAt(now - 1)
        .setExpirationTime(now + ttlSeconds)
        .sign(signingKey)
    },
    verify: async (jwt) => {
      try {
        const { payload } = await jwtVerify(jwt, keyOf, {
          issuer,
          audience,
          requiredClaims: ['sub', 'iss', 'aud', 'exp', 'iat'],
          clockTolerance: leewaySeconds,
          currentDate: new Date(clock()),
        })
        const { sub, exp } = payload
        if (typeof sub !== 'string' || typeof exp !== 'number') return E.left(forbidden('claims'))
        return E.right({ ...payload, sub, exp })
      } catch (error) {
        return E.left(forbidden(reasonOf(error)))
      }
    },
  }
}

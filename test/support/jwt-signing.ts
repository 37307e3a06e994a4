import { createHmac, type KeyObject, sign as signBytes } from 'node:crypto'

// Signs and encodes JWTs without a library, so that tests can make malformed ones.

export const encodeBase64Url = (bytes: string | Uint8Array): string =>
  Buffer.from(bytes).toString('base64url')
export const encodeJsonBase64Url = (value: unknown): string => encodeBase64Url(JSON.stringify(value))

export const signHs = (input: string, key: Uint8Array, hash = 'sha256'): string =>
  createHmac(hash, key).update(input).digest('base64url')
export const signEd = (input: string, key: KeyObject): string =>
  signBytes(null, Buffer.from(input), key).toString('base64url')
export const signRs = (input: string, key: KeyObject): string =>
  signBytes('sha256', Buffer.from(input), key).toString('base64url')

/** The order of the Ed25519 group (RFC 8032 §5.1). */
const order = 2n ** 252n + 27742317777372353535851937790883648493n

/**
 * Replaces S by S + L (little-endian). Verifiers that do not require S < L (RFC 8032, verification) accept
 * the result.
 */
export const malleateSignature = (signature: string): string => {
  const bytes = Buffer.from(signature, 'base64url')
  let scalar = 0n
  for (let i = 63; i >= 32; i--) scalar = (scalar << 8n) | BigInt(bytes[i] ?? 0)
  scalar += order
  for (let i = 32; i < 64; i++) {
    bytes[i] = Number(scalar & 0xffn)
    scalar >>= 8n
  }
  return encodeBase64Url(bytes)
}

/** An Ed25519 signature of a point of small order and S = 0. */
export const smallOrderSignature = encodeBase64Url(Buffer.concat([Buffer.from([1]), Buffer.alloc(63)]))

/** Algorithms of token keys (RFC 7518 §3.1, RFC 8037 §3.1). */
export const tokenAlgorithms = ['HS256', 'EdDSA', 'RS256'] as const
export type TokenAlgorithm = (typeof tokenAlgorithms)[number]

/**
 * A key that signs or verifies tokens with one algorithm. `material` is the secret for HS256 (32 bytes or
 * more); otherwise DER: SPKI of a public key, or PKCS #8 of a private key, which can also sign.
 */
export type TokenKey = {
  readonly kid: string
  readonly algorithm: TokenAlgorithm
  readonly material: Uint8Array
}

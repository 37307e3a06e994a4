import type { Config } from '../config/settings.ts'
import { isMillisecondTime } from '../domain/access/token-times.ts'
import { isUid, kindOfUid, type UidKind } from '../domain/media/uid-text.ts'
import type { TokenExplanation, TokenUse } from '../ports/explain-token.ts'

const badSignatures = {
  malformed: 'it is not a JWT of three parts in base64url with at most 4,096 characters',
  unknown_key: 'no configured key has the kid and the algorithm of its header',
  signature: 'it was not signed by the key that its header names',
} as const

const files: Readonly<Record<TokenUse, string>> = {
  image: 'the picture',
  content: 'the sound or film',
  id: 'no file; it identifies its bearer as',
}

/** What a uid of each kind names, for people. */
export const kindNames: Readonly<Record<UidKind, string>> = {
  imageFile: 'a picture',
  imageExport: 'an export',
  contentFile: 'a sound or film',
  contentExport: 'an export',
  contentPart: 'a part',
  storedFile: 'a stored file',
  job: 'a job',
  instance: 'a server',
  purge: 'a purge',
  upload: 'an upload',
  ticket: 'a ticket',
}

/** Formats a claim as JSON, which contains no control characters. */
const quote = (claim: unknown): string => JSON.stringify(claim) ?? 'missing'

const instantOf = (seconds: unknown): string => {
  const date = new Date(Number(seconds) * 1000)
  return typeof seconds === 'number' && !Number.isNaN(date.getTime()) ? date.toISOString() : quote(seconds)
}

const formatTime = (claim: unknown): string =>
  isMillisecondTime(claim) ? `${claim}, in milliseconds instead of seconds since 1970` : quote(claim)

/** The settings that decide which tokens are accepted. */
type Rules = Pick<Config, 'tokenIssuer' | 'tokenMaxTtlSeconds'>

type Signed = Extract<TokenExplanation, { readonly _tag: 'Signed' }>

const refusalOf = (
  { refusal, claims }: Signed,
  { tokenIssuer: issuer, tokenMaxTtlSeconds }: Rules,
  use: TokenUse,
): string => {
  switch (refusal) {
    case 'issuer':
      return `iss is ${quote(claims.iss)}, but TOKEN_ISSUER is ${quote(issuer)}`
    case 'audience':
      return `aud is ${quote(claims.aud)}, which does not include ${quote(`${issuer}-${use}`)}`
    case 'lifetime':
      return `it is valid for ${Number(claims.exp) - Number(claims.iat)} seconds from iat to exp; TOKEN_MAX_TTL_SECONDS is ${tokenMaxTtlSeconds}`
    case 'issued_later':
      return `iat is ${instantOf(claims.iat)}, more than 60 seconds later than the clock of this machine`
    case 'expired':
      return `it expired at ${instantOf(claims.exp)}`
    case 'restriction':
      return 'a restriction (maxh, clip, exports or pub) is invalid, so it is unknown what the token may open'
    case 'other_subject': {
      const kind = isUid(claims.sub) ? kindOfUid(claims.sub) : null
      const what = kind === null ? 'which is not a uid' : `the uid of ${kindNames[kind]}`
      return `sub is ${quote(claims.sub)}, ${what}: for ${files[use]}, sub must be the uid of that file`
    }
    default: {
      const { sub, iat, exp, nbf } = claims
      const entries = Object.entries({ sub, iat, exp, ...(nbf === undefined ? {} : { nbf }) })
      return `a claim is missing or invalid: ${entries.map(([name, value]) => `${name} is ${formatTime(value)}`).join(', ')}`
    }
  }
}

/**
 * Extracts a token from a link (path or `jwt=`) or from a header. Any other text is returned as the token
 * itself.
 */
export const extractToken = (given: string): string => {
  const trimmed = given.trim()
  const [, inPath] = /\/api\/1\/~([^/?#\s]+)\//.exec(trimmed) ?? []
  const [, inQuery] = /[?&#]jwt=([^&#\s]*)/.exec(trimmed) ?? []
  return inPath ?? inQuery ?? trimmed.replace(/^(?:authorization:\s*)?bearer\s+/i, '')
}

/** Explains what a token permits, or why it is refused. Claims are shown only if the signature is valid. */
export const explanationLines = (explained: TokenExplanation, rules: Rules): ReadonlyArray<string> => {
  if (explained._tag === 'BadSignature') return [`bad signature: ${badSignatures[explained.reason]}`]
  const { use, kid, claims, refusal, grant } = explained
  const signed = `good signature: key ${quote(kid)} of ${use} tokens`
  if (refusal !== null) return [signed, `refused: ${refusalOf(explained, rules, use)}`]
  const { maxh, clip, exports } = grant?.restrictions ?? {}
  return [
    signed,
    `opens: ${files[use]} ${quote(claims.sub)}`,
    `until: ${instantOf(claims.exp)}`,
    `minted: ${instantOf(claims.iat)}`,
    ...(grant?.jti === undefined ? [] : [`jti: ${quote(grant.jti)}`]),
    ...(grant?.pub === true ? ['only: while the file is public'] : []),
    ...(maxh === undefined ? [] : [`only: renditions of at most ${maxh} pixels in height`]),
    ...(clip === undefined ? [] : [`only: seconds ${clip.join(' to ')}`]),
    ...(exports === undefined ? [] : [`only: exports ${exports.map(quote).join(', ') || 'none'}`]),
  ]
}

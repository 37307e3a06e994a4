import { expect } from 'chai'
import { parseRevocationTarget } from '../../../src/domain/access/revocation-target.ts'
import { E } from '../../../src/fp.ts'
import type { RevocationKind } from '../../../src/ports/revocations.ts'

describe('the target of a revocation', () => {
  const jwt = `${btoa('{"alg":"HS256"}')}.${btoa('{"sub":"if_a"}')}.c2lnbmF0dXJl`.replaceAll('=', '')

  it('is no token, and no link with one: it would be recorded, and the token would still open its file', () => {
    for (const kind of ['jti', 'uid', 'sub'] satisfies ReadonlyArray<RevocationKind>)
      for (const text of [
        jwt,
        `bearer ${jwt}`,
        `http://a/console/watch/if_a?jwt=${jwt}`,
        `/api/1/~${jwt}/x`,
      ]) {
        const target = parseRevocationTarget(kind, text)
        expect(E.isLeft(target), `${kind} ${text}`).to.equal(true)
        expect(JSON.stringify(target), text).to.include('not a token').and.not.to.include(jwt)
      }
  })

  it('may be an id or a user with dots', () => {
    for (const text of ['a.b.c', 'order.42.a-jti', 'ann@media.example.org', 'eyJ.b.c'])
      for (const kind of ['jti', 'sub'] as const)
        expect(parseRevocationTarget(kind, text)).to.deep.equal(E.right({ kind, subject: text }))
  })
})

import { E } from '../../fp.ts'
import type { IdTokenVerifier } from '../../ports/id-token-verifier.ts'
import { forbidden } from '../shared/errors.ts'
import type { RevocationIndex } from './revocation-index.ts'

declare const checked: unique symbol

/** A verifier that also refuses revoked id tokens. Only this file creates one. */
export type CheckedIdTokenVerifier = IdTokenVerifier & { readonly [checked]: true }

export const createCheckedIdTokenVerifier = (
  verifier: IdTokenVerifier,
  { isIdTokenRevoked, filling }: RevocationIndex,
): CheckedIdTokenVerifier => {
  const checkedVerifier: IdTokenVerifier = {
    verify: (jwt) => async () => {
      const identity = await verifier.verify(jwt)()
      if (E.isLeft(identity)) return identity
      await filling()
      return isIdTokenRevoked(identity.right) ? E.left(forbidden('revoked')) : identity
    },
  }
  return checkedVerifier as CheckedIdTokenVerifier
}

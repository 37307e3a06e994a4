import { E } from '../../fp.ts'
import type { ObjectStore } from '../../ports/object-store.ts'
import type { Refused, Unavailable } from '../shared/errors.ts'

declare const proof: unique symbol

/**
 * Proof that a database write had no effect. Only `proveNothingWritten` creates a proof, and never if it is unknown
 * whether the write had an effect.
 */
type NothingWritten = { readonly [proof]: true }

/**
 * Returns the proof if the write certainly had no effect. Returns `null` if it had an effect, or if that is
 * unknown. `written` is the result of the write; `true` means that it had an effect.
 */
export const proveNothingWritten = (
  written: E.Either<Refused | Unavailable, boolean>,
): NothingWritten | null => {
  const isCertain = E.isRight(written)
    ? !written.right
    : written.left._tag === 'Refused' || !written.left.mayHaveHappened
  return isCertain ? ({} as NothingWritten) : null
}

/**
 * Deletes objects to which certainly no row of the database refers. If a delete fails, the object becomes an
 * orphan, which the sweep of the object store deletes later.
 */
export const deleteUnreferenced = async (
  store: ObjectStore,
  keys: ReadonlyArray<string>,
  _proof: NothingWritten,
): Promise<void> => {
  for (const key of keys) await store.delete(key)()
}

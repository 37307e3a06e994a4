import { E } from '../../fp.ts'
import type { ObjectStore } from '../../ports/object-store.ts'
import type { Refused, Unavailable } from '../shared/errors.ts'

declare const proof: unique symbol

/** Proof that a write had no effect. Only `proveNoEffect` creates one, never for an unknown outcome. */
export type NoEffect = { readonly [proof]: true }

/**
 * Returns the proof if the write certainly had no effect; `null` if it had one, or if its outcome is unknown.
 * `written`: the outcome of the write; `true` if it had an effect.
 */
export const proveNoEffect = (written: E.Either<Refused | Unavailable, boolean>): NoEffect | null => {
  const isCertain = E.isRight(written)
    ? !written.right
    : written.left._tag === 'Refused' || !written.left.mayHaveHappened
  return isCertain ? ({} as NoEffect) : null
}

/**
 * Deletes objects to which certainly no row refers. If a delete fails, the object becomes an orphan, which
 * the sweep of the store deletes.
 */
export const deleteUnreferenced = async (
  store: ObjectStore,
  keys: ReadonlyArray<string>,
  _proof: NoEffect,
): Promise<void> => {
  for (const key of keys) await store.delete(key)()
}

import { E } from '../../fp.ts'
import type { ObjectStore } from '../../ports/object-store.ts'
import type { Refused, Unavailable } from '../shared/errors.ts'

declare const proof: unique symbol

/** Proof that a write had no effect. Only `proveNoEffect` creates one, and never for an unknown outcome. */
export type NoEffect = { readonly [proof]: true }

/** `written`: whether the write had an effect. Returns `null` if it had, or if the outcome is unknown. */
export const proveNoEffect = (written: E.Either<Refused | Unavailable, boolean>): NoEffect | null => {
  const isCertain = E.isRight(written)
    ? !written.right
    : written.left._tag === 'Refused' || !written.left.mayHaveHappened
  return isCertain ? ({} as NoEffect) : null
}

/**
 * Deletes objects that certainly no row refers to. If a delete fails, the object is an orphan, which the
 * sweep of the store deletes.
 */
export const deleteUnreferenced = async (
  store: ObjectStore,
  keys: ReadonlyArray<string>,
  _proof: NoEffect,
): Promise<void> => {
  for (const key of keys) await store.delete(key)()
}

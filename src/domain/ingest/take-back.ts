import { E } from '../../fp.ts'
import type { ObjectStore } from '../../ports/object-store.ts'
import type { Refused, Unavailable } from '../shared/errors.ts'

declare const proof: unique symbol

/** Certainty that a write had no effect. Only `withoutEffect` gives one, and never for an unknown outcome. */
export type NoEffect = { readonly [proof]: true }

/** `written`: whether this write was the one that did it. `null` when it did, or when that is not known. */
export const withoutEffect = (written: E.Either<Refused | Unavailable, boolean>): NoEffect | null => {
  const isCertain = E.isRight(written)
    ? !written.right
    : written.left._tag === 'Refused' || !written.left.mayHaveHappened
  return isCertain ? ({} as NoEffect) : null
}

/**
 * Deletes objects that no row names, as is certain. One that cannot be deleted now is an orphan, and left to the
 * sweep of the store.
 */
export const takeBack = async (
  store: ObjectStore,
  keys: ReadonlyArray<string>,
  _because: NoEffect,
): Promise<void> => {
  for (const key of keys) await store.delete(key)()
}

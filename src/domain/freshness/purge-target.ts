import type { StaleValues } from '../../ports/cache.ts'
import { namesOfUid } from '../../ports/cache-keys.ts'

/**
 * What an admin purges: the value or blob of one key, the values whose keys contain a uid, or all values of a
 * family of keys.
 */
export type PurgeTarget = { readonly key: string } | { readonly uid: string } | { readonly family: string }

export const staleValuesOf = (target: PurgeTarget): Exclude<StaleValues, 'all'> => {
  if ('key' in target) return { names: [target.key], families: [] }
  if ('uid' in target) return { names: namesOfUid(target.uid), families: [] }
  return { names: [], families: [target.family] }
}

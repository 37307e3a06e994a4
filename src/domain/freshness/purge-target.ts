import type { StaleValues } from '../../ports/cache.ts'
import { isKeyName, isValueFamily, namesOfUid } from '../../ports/cache-keys.ts'
import { isUid } from '../media/uid-text.ts'

/**
 * What an admin purges: the value or blob of one key, the values whose keys contain a uid, or all values of a
 * family of keys.
 */
export type PurgeTarget = { readonly key: string } | { readonly uid: string } | { readonly family: string }

/**
 * Returns what a text names; `null` if it names nothing.
 */
export const parsePurgeTarget = (text: string): PurgeTarget | null => {
  if (isValueFamily(text)) return { family: text }
  if (isKeyName(text)) return { key: text }
  return isUid(text) ? { uid: text } : null
}

export const staleValuesOf = (target: PurgeTarget): Exclude<StaleValues, 'all'> => {
  if ('key' in target) return { names: [target.key], families: [] }
  if ('uid' in target) return { names: namesOfUid(target.uid), families: [] }
  return { names: [], families: [target.family] }
}

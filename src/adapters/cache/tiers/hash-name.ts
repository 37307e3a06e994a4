import { fnv1a } from '../../../domain/shared/fnv1a.ts'

/** Returns a hash (32 bits) of a name. The halves are folded, so that the low bits depend on the whole hash. */
export const hashName = (name: string): number => {
  const hash = fnv1a(name)
  return ((hash >>> 16) ^ hash) >>> 0
}

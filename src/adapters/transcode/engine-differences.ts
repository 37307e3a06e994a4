import type { EngineFacts } from './engine.ts'

/**
 * What the engine in use cannot decode of what is taken, and which of the others on this machine can: a line each, and
 * none where it can do all that they can.
 */
export const engineDifferences = (
  { notDecoded }: EngineFacts,
  others: ReadonlyArray<EngineFacts>,
): ReadonlyArray<string> => {
  if (notDecoded.length === 0) return []
  const helpful = others.flatMap((other) => {
    const more = notDecoded.filter((codec) => !other.notDecoded.includes(codec))
    return more.length === 0 ? [] : [`${other.name}, which is here, too, decodes ${more.join(', ')}`]
  })
  return [`it does not decode ${notDecoded.join(', ')}`, ...helpful]
}

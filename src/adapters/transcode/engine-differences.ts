import type { EngineFacts } from './engine.ts'

/**
 * Lists the supported codecs that the engine in use cannot decode, and the engines of this machine that can:
 * a line each. Empty if it decodes all of them.
 */
export const engineDifferences = (
  { missingDecoders }: EngineFacts,
  others: ReadonlyArray<EngineFacts>,
): ReadonlyArray<string> => {
  if (missingDecoders.length === 0) return []
  const helpful = others.flatMap((other) => {
    const more = missingDecoders.filter((codec) => !other.missingDecoders.includes(codec))
    return more.length === 0 ? [] : [`${other.name}, which is here, too, decodes ${more.join(', ')}`]
  })
  return [`it does not decode ${missingDecoders.join(', ')}`, ...helpful]
}

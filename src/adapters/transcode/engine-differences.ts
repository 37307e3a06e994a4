import type { EngineFacts } from './engine.ts'

/**
 * Lists what the engine in use does otherwise than others, a line each: the supported codecs that it cannot decode, the
 * engines of this machine that can, and known faults of its release. Empty if there is nothing.
 */
export const engineDifferences = (
  { name, missingDecoders }: EngineFacts,
  others: ReadonlyArray<EngineFacts>,
): ReadonlyArray<string> => {
  const faults = FAULTS.flatMap(([release, fault]) => (release.test(name) ? [fault] : []))
  if (missingDecoders.length === 0) return faults
  const helpful = others.flatMap((other) => {
    const more = missingDecoders.filter((codec) => !other.missingDecoders.includes(codec))
    return more.length === 0 ? [] : [`${other.name}, which is here, too, decodes ${more.join(', ')}`]
  })
  return [`it does not decode ${missingDecoders.join(', ')}`, ...helpful, ...faults]
}

/** Faults of releases, by the names of engines, which docs/decisions/0024 lists. */
const FAULTS: ReadonlyArray<readonly [release: RegExp, fault: string]> = [
  [
    // See DROP_WRONG_TIMESTAMPS in recipe.ts.
    /^ffmpeg 5\./,
    'where the sample rate of a sound changes, it loses up to 40 ms',
  ],
]

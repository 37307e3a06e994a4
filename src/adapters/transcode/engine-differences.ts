import type { EngineFacts } from './engine.ts'

/**
 * Lists the disadvantages of the engine in use, one line each: supported codecs that it cannot decode, other
 * engines of this machine that can decode them, and known faults of its release. Empty if there are none.
 */
export const engineDifferences = (
  { name, missingDecoders }: EngineFacts,
  others: ReadonlyArray<EngineFacts>,
): ReadonlyArray<string> => {
  const faults = FAULTS.flatMap(([release, fault]) => (release.test(name) ? [fault] : []))
  if (missingDecoders.length === 0) return faults
  const helpful = others.flatMap((other) => {
    const more = missingDecoders.filter((codec) => !other.missingDecoders.includes(codec))
    return more.length === 0
      ? []
      : [`${other.name}, which is also installed here, decodes ${more.join(', ')}`]
  })
  return [`it does not decode ${missingDecoders.join(', ')}`, ...helpful, ...faults]
}

/** Known faults of releases, by a pattern for the engine's name (docs/decisions/0024). */
const FAULTS: ReadonlyArray<readonly [release: RegExp, fault: string]> = [
  [
    // See DROP_WRONG_TIMESTAMPS in recipe.ts.
    /^ffmpeg 5\./,
    'where the sample rate of audio changes, it loses up to 40 ms',
  ],
]

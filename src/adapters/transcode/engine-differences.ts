import type { EngineFacts } from './engine.ts'

/**
 * Lists the disadvantages of the engine in use, one line each: supported codecs that it cannot decode, other
 * engines of this machine that can decode them, and known faults of its release. The list is empty if there
 * are no disadvantages.
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

/**
 * Known faults of FFmpeg releases. The pattern matches the engine's name and version (docs/decisions/0024).
 */
const FAULTS: ReadonlyArray<readonly [release: RegExp, fault: string]> = [
  [
    // The loss comes from the filter DROP_WRONG_TIMESTAMPS (recipe.ts).
    /^ffmpeg 5\./,
    'up to 40 ms of sound are lost at each point where the sample rate changes',
  ],
  [
    // Larder sets the end of the last frame, but not where several edits are joined (last-frame.ts).
    /^node-av with FFmpeg n?8\./,
    'the last frame of an MP4 with several edits and a variable frame rate may be shown for as long as an earlier one',
  ],
]

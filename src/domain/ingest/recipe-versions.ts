import type { MediaKind } from '../../ports/media-tokens.ts'

/**
 * Which recipe this release makes exports by, one number for each kind of media. It goes up by one whenever the same
 * original would come out differently: only then are files that are in the library already known to be outdated. What
 * was made before exports said so counts as 1. `test/recipe-versions.test.ts` fails where a recipe changed and its
 * number did not.
 */
export const recipeVersions: Readonly<Record<MediaKind, number>> = { image: 2, content: 2 }

/** Of exports that are added together. */
export const oldestRecipe = (exports: ReadonlyArray<{ readonly recipe: number }>): number =>
  Math.min(...exports.map(({ recipe }) => recipe))

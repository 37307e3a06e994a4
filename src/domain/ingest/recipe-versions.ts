import type { MediaKind } from '../media/media-kind.ts'

/**
 * The recipe version of this release for each kind of media. Increment the version whenever the same original
 * would give different exports; otherwise existing files are not recognised as outdated. Exports without a
 * version count as version 1. `test/recipe-versions.test.ts` fails if a recipe changes and its version does
 * not.
 */
export const recipeVersions: Readonly<Record<MediaKind, number>> = { image: 2, content: 2 }

/** Returns the oldest recipe version of exports that one transaction inserts. */
export const oldestRecipe = (exports: ReadonlyArray<{ readonly recipe: number }>): number =>
  Math.min(...exports.map(({ recipe }) => recipe))

import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { UserError } from '../../domain/shared/user-error.ts'
import { orIfNotFound } from '../platform/errno.ts'

/** A part of a library in DATA_DIR. The settings determine which parts must exist. */
export type LibraryPart = { readonly what: 'database' | 'keys'; readonly path: string }

/** Describes the missing parts. Returns `null` if nothing is missing. */
const findMissing = async (dataDir: string, parts: ReadonlyArray<LibraryPart>): Promise<string | null> => {
  const found = await Promise.all(parts.map(({ path }) => orIfNotFound(stat(join(dataDir, path)), null)))
  const missing = parts.filter((_, i) => found[i] === null)
  if (missing.length === 0) return null
  if (missing.every(({ what }) => what === 'keys')) return 'new token keys'
  return missing.length === parts.length ? 'a new library' : 'a new database'
}

/**
 * Describes what has to be created in `dataDir`. Returns `null` for a complete library. Without `mayCreate`,
 * throws a UserError if anything is missing: if DATA_DIR was forgotten, a second library must not be created
 * silently.
 */
export const checkLibrary = async (
  dataDir: string,
  parts: ReadonlyArray<LibraryPart>,
  mayCreate: boolean,
): Promise<string | null> => {
  const missing = await findMissing(dataDir, parts)
  if (missing === null || mayCreate) return missing
  throw new UserError(
    missing === 'a new library'
      ? `there is no library in DATA_DIR ${dataDir}: set DATA_DIR to the folder of your library, ` +
          'or create one with `larder serve` or `larder add`'
      : `DATA_DIR ${dataDir} needs ${missing}: set DATA_DIR to the folder of your library ` +
          '(or DATABASE_URL and the keys by settings), or make them by `larder serve` or `larder add`',
  )
}

import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { UserError } from '../../domain/shared/user-error.ts'
import { isMissing } from '../platform/errno.ts'

/** What a library must have in DATA_DIR: which of these depends on the settings. */
export type LibraryPart = { readonly what: 'database' | 'keys'; readonly path: string }

/** `null` when all of it is there; else what has to be made, in words. */
const lacking = async (dataDir: string, parts: ReadonlyArray<LibraryPart>): Promise<string | null> => {
  const found = await Promise.all(parts.map(({ path }) => isThere(join(dataDir, path))))
  const missing = parts.filter((_, at) => found[at] === false)
  if (missing.length === 0) return null
  if (missing.every(({ what }) => what === 'keys')) return 'new token keys'
  return missing.length === parts.length ? 'a new library' : 'a new database'
}

/**
 * What is about to be made in `dataDir` because it is not there, in words for people; `null` for a library that is
 * whole. A forgotten DATA_DIR must not become a second library unseen: unless `mayMake`, throws a UserError.
 */
export const checkLibrary = async (
  dataDir: string,
  parts: ReadonlyArray<LibraryPart>,
  mayMake: boolean,
): Promise<string | null> => {
  const made = await lacking(dataDir, parts)
  if (made === null || mayMake) return made
  throw new UserError(
    made === 'a new library'
      ? `there is no library in DATA_DIR ${dataDir}: set DATA_DIR to the folder of yours, ` +
          'or make one by `larder serve` or `larder add`'
      : `DATA_DIR ${dataDir} needs ${made}: set DATA_DIR to the folder of your library ` +
          '(or DATABASE_URL and the keys by settings), or make them by `larder serve` or `larder add`',
  )
}

const isThere = async (path: string): Promise<boolean> => {
  try {
    await stat(path)
    return true
  } catch (error) {
    if (isMissing(error)) return false
    throw error
  }
}

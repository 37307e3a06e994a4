import { errnoOf } from '../platform/errno.ts'

/**
 * Returns whether an error means that the object does not exist. Either its file or folder is missing, or a
 * file exists where the path needs a folder.
 */
export const isObjectNotFound = (error: unknown): boolean => {
  const code = errnoOf(error)
  return code === 'ENOENT' || code === 'ENOTDIR'
}

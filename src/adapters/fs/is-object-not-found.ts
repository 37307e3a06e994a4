import { errnoOf } from '../platform/errno.ts'

/**
 * Returns whether an error means that the object does not exist: its file or folder is missing, or a file has
 * the folder's name.
 */
export const isObjectNotFound = (error: unknown): boolean => {
  const code = errnoOf(error)
  return code === 'ENOENT' || code === 'ENOTDIR'
}

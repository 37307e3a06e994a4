import { errnoOf } from '../platform/errno.ts'

/** Whether the object does not exist: no file, no folder, or a file in place of the folder. */
export const isObjectNotFound = (error: unknown): boolean => {
  const code = errnoOf(error)
  return code === 'ENOENT' || code === 'ENOTDIR'
}

import { errnoOf } from '../platform/errno.ts'

/** There is no object: neither its file nor the folder that it should be in, or a file stands where that should. */
export const isNoObject = (error: unknown): boolean => {
  const code = errnoOf(error)
  return code === 'ENOENT' || code === 'ENOTDIR'
}

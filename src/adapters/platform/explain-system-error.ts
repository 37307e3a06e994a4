import { errnoOf } from './errno.ts'

/** Remedies by error code. Other codes have none, because a wrong remedy is worse than none. */
const remedies: Readonly<Record<string, string>> = {
  EACCES: 'larder doctor shows which user owns the files',
  EPERM: 'larder doctor shows which user owns the files',
  ENOTDIR: 'DATA_DIR and CACHE_DIR must be folders to write in',
  EEXIST: 'DATA_DIR and CACHE_DIR must be folders to write in',
  EROFS: 'DATA_DIR and CACHE_DIR must be folders to write in',
  ENOSPC: 'the disk is full: free some space',
  EDQUOT: 'the disk quota is exhausted: free some space',
  EMFILE: 'allow the process to open more files (ulimit -n)',
  ENFILE: 'the system has reached its limit of open files',
}

/** Explains a system error about a path in one line. Returns `null` for any other error. */
export const explainSystemError = (error: unknown): string | null => {
  const code = errnoOf(error)
  const { syscall, path, message } = error as NodeJS.ErrnoException
  if (code === undefined || syscall === undefined || path === undefined) return null
  const [, reason = code] = /^[A-Z\d]+: ([^,]+)/.exec(message) ?? []
  // If a folder of another user does not permit mkdir, only another location helps.
  const remedy = syscall === 'mkdir' && remedies[code] === remedies.EACCES ? remedies.ENOTDIR : remedies[code]
  return `cannot use ${path}: ${reason}${remedy === undefined ? '' : `; ${remedy}`}`
}

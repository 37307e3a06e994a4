/** Returns the code of a system error, such as `ENOENT`; `undefined` for anything else. */
export const errnoOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined

/** Whether the file or its folder does not exist. */
export const isNotFound = (error: unknown): boolean => errnoOf(error) === 'ENOENT'

/** Returns `missing` if what is read does not exist. Throws any other error. */
export const orIfNotFound = <A, B>(reading: Promise<A>, missing: B, isGone = isNotFound): Promise<A | B> =>
  reading.catch((error: unknown) => {
    if (isGone(error)) return missing
    throw error
  })

export const alreadyExists = (error: unknown): boolean => errnoOf(error) === 'EEXIST'

/** Whether permission was denied. */
export const isPermissionDenied = (error: unknown): boolean => {
  const code = errnoOf(error)
  return code === 'EACCES' || code === 'EPERM'
}

/** Whether the disk is full, or the quota of the user or folder is exhausted. */
export const isDiskFull = (error: unknown): boolean => {
  const code = errnoOf(error)
  return code === 'ENOSPC' || code === 'EDQUOT'
}

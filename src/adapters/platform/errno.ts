/** Returns the code of a system error, such as `ENOENT`; `undefined` for any other error. */
export const errnoOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined

/** Returns whether an error means that the file or its folder does not exist. */
export const isNotFound = (error: unknown): boolean => errnoOf(error) === 'ENOENT'

/** Returns `missing` if the file to be read does not exist. Throws for any other error. */
export const orIfNotFound = <A, B>(read: Promise<A>, missing: B, isMissing = isNotFound): Promise<A | B> =>
  read.catch((error: unknown) => {
    if (isMissing(error)) return missing
    throw error
  })

export const alreadyExists = (error: unknown): boolean => errnoOf(error) === 'EEXIST'

/** Returns whether an error means that permission was denied. */
export const isPermissionDenied = (error: unknown): boolean => {
  const code = errnoOf(error)
  return code === 'EACCES' || code === 'EPERM'
}

/**
 * Returns whether an error means that the disk is full, or that the quota of the user or folder is exhausted.
 */
export const isDiskFull = (error: unknown): boolean => {
  const code = errnoOf(error)
  return code === 'ENOSPC' || code === 'EDQUOT'
}

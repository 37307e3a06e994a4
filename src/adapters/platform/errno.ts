/** The code of a system error, such as `ENOENT`; `undefined` for anything else. */
export const errnoOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined

/** The file, or the folder that it should be in, does not exist. */
export const isMissing = (error: unknown): boolean => errnoOf(error) === 'ENOENT'

export const isThereAlready = (error: unknown): boolean => errnoOf(error) === 'EEXIST'

/** The caller does not have the right to do this. */
export const isDenied = (error: unknown): boolean => {
  const code = errnoOf(error)
  return code === 'EACCES' || code === 'EPERM'
}

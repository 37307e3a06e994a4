const codeOf = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : undefined

/** The file, or the folder that it should be in, is not there. */
export const isMissing = (error: unknown): boolean => codeOf(error) === 'ENOENT'

/** The disk is full, or the user's or folder's share of it is used up. */
export const isNoRoom = (error: unknown): boolean => ['ENOSPC', 'EDQUOT'].includes(String(codeOf(error)))

export const isThereAlready = (error: unknown): boolean => codeOf(error) === 'EEXIST'

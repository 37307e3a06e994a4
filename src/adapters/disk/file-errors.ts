const codeOf = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : undefined

/** The file, or the folder that it should be in, is not there. */
export const isMissing = (error: unknown): boolean => codeOf(error) === 'ENOENT'

export const isThereAlready = (error: unknown): boolean => codeOf(error) === 'EEXIST'

import { type Unavailable, unavailable, unavailableForInput } from '../../domain/shared/errors.ts'

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
 * Codes of system errors that tell about the machine and not about the file: the disk is full, read-only or gone, or no
 * process, file or thread can be opened. A damaged disk (`EIO`) looks like a damaged file.
 */
const ofTheMachine: ReadonlyArray<string | undefined> = [
  ...['EACCES', 'EAGAIN', 'EDQUOT', 'EMFILE', 'ENFILE', 'ENOENT', 'ENOSPC'],
  ...['ENOTCONN', 'ENOTDIR', 'EPERM', 'EROFS', 'ESTALE', 'ETXTBSY'],
]

/** Returns whether an error tells about the machine, so that no file caused it. */
const isMachineFault = (error: unknown): boolean => ofTheMachine.includes(errnoOf(error))

/**
 * Creates the failure of work with a file. Anything thrown but a fault of the machine may be thrown again for the same
 * file, for example by a bug in a parser.
 */
export const failedWithFile =
  (dependency: string) =>
  (cause: unknown): Unavailable =>
    (isMachineFault(cause) ? unavailable : unavailableForInput)(dependency)(cause)

/**
 * Returns whether an error means that the disk is full, or that the quota of the user or folder is exhausted.
 */
export const isDiskFull = (error: unknown): boolean => {
  const code = errnoOf(error)
  return code === 'ENOSPC' || code === 'EDQUOT'
}

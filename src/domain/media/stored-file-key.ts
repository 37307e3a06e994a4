import type { StoredFileUid } from './ids.ts'

/** The folder of all objects to which rows refer. */
export const storedFilesFolder = 's3_files/'

/** Returns the key of the object that contains the bytes of a stored file. */
export const storedFileKey = (uid: StoredFileUid): string => `${storedFilesFolder}${uid}`

/**
 * Returns whether the key is `s3_files/` and the uid of a stored file (http-api.md §1.2). Other objects in
 * this folder are never deleted, because Larder does not write them.
 */
export const isStoredFileKey = (key: string): boolean =>
  /^s3_files\/(?:[A-Za-z0-9-]{1,32}_)?s3f_[A-Za-z0-9_-]{22}$/.test(key)

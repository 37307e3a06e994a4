import { rm, unlink } from 'node:fs/promises'
import { isNotFound } from '../../platform/errno.ts'

/** Removes the file or folder at `path`. Succeeds if there is none. */
export const removeFile = async (path: string): Promise<void> => {
  try {
    await unlink(path)
  } catch (error) {
    if (!isNotFound(error)) await rm(path, { recursive: true, force: true })
  }
}

import { rm, unlink } from 'node:fs/promises'
import { isNotFound } from '../../platform/errno.ts'

/** Removes whatever is at `path`, even a folder. Succeeds when there is nothing. */
export const removeFile = async (path: string): Promise<void> => {
  try {
    await unlink(path)
  } catch (error) {
    if (!isNotFound(error)) await rm(path, { recursive: true, force: true })
  }
}

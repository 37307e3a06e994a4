import { rm, unlink } from 'node:fs/promises'
import { isMissing } from '../../platform/errno.ts'

/** Removes what lies at `path`, also when it is a folder that has no business there; nothing there is fine. */
export const removeFile = async (path: string): Promise<void> => {
  try {
    await unlink(path)
  } catch (error) {
    if (!isMissing(error)) await rm(path, { recursive: true, force: true })
  }
}

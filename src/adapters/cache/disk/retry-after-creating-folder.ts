import { createFolder } from '../../platform/create-folder.ts'
import { isNotFound } from '../../platform/errno.ts'

/** Runs `act`. If it fails with ENOENT, creates `folder` and runs `act` again. */
export const retryAfterCreatingFolder = async <A>(folder: string, act: () => Promise<A>): Promise<A> => {
  try {
    return await act()
  } catch (error) {
    if (!isNotFound(error)) throw error
    await createFolder(folder)
    return act()
  }
}

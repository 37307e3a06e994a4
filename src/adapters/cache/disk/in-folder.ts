import { mkdir } from 'node:fs/promises'
import { isMissing } from '../../platform/errno.ts'

/** Does it; when something is missing, makes the folder and does it again. */
export const createFolderTier = async <A>(folder: string, act: () => Promise<A>): Promise<A> => {
  try {
    return await act()
  } catch (error) {
    if (!isMissing(error)) throw error
    await mkdir(folder, { recursive: true, mode: 0o700 })
    return act()
  }
}

import { mkdir } from 'node:fs/promises'
import { isMissing } from '../../platform/errno.ts'

/** Runs `act`. If something is missing (ENOENT), creates the folder and runs `act` again. */
export const withFolder = async <A>(folder: string, act: () => Promise<A>): Promise<A> => {
  try {
    return await act()
  } catch (error) {
    if (!isMissing(error)) throw error
    await mkdir(folder, { recursive: true, mode: 0o700 })
    return act()
  }
}

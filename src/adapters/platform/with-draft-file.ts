import { rm } from 'node:fs/promises'

/**
 * Runs `work`, which writes a new file at `draft` and renames it to its final path. Removes the draft if `work`
 * fails. The failure of `work` is thrown, also if the draft cannot be removed.
 */
export const withDraftFile = async <A>(draft: string, work: (draft: string) => Promise<A>): Promise<A> => {
  try {
    return await work(draft)
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined)
    throw error
  }
}

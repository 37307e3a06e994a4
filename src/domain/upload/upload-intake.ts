import { E } from '../../fp.ts'
import type { UploadUid } from '../media/ids.ts'
import { type StoreUploadDeps, storeUpload } from './store-upload.ts'

/** The originals that this process stores at a time. */
const slots = 4

/** Stores the originals of received uploads in the background of requests. */
export type UploadIntake = {
  /**
   * Stores the original of an upload, as soon as fewer than four are being stored. Resolves when it is done, or has
   * failed: then the sweep tries it again. Never rejects.
   */
  readonly store: (uid: UploadUid) => Promise<void>
  /** Begins to store an original, unless an earlier call still does so. Does not wait for its end. */
  readonly begin: (uid: UploadUid) => void
  /** Ends what is being stored. */
  readonly stop: () => Promise<void>
}

/** `onFailure`: is called with what the sweep will try again. */
export const createUploadIntake = (
  deps: StoreUploadDeps,
  onFailure: (uid: UploadUid, error: unknown) => void,
): UploadIntake => {
  const stopping = new AbortController()
  let free = slots
  const waiting: Array<() => void> = []
  const running = new Set<Promise<void>>()
  const begun = new Set<UploadUid>()

  const enter = async (): Promise<void> => {
    if (free > 0) free -= 1
    else await new Promise<void>((resolve) => waiting.push(resolve))
  }
  const leave = (): void => {
    const next = waiting.shift()
    if (next === undefined) free += 1
    else next()
  }

  const storeOne = async (uid: UploadUid): Promise<void> => {
    await enter()
    try {
      if (stopping.signal.aborted) return
      const stored = await storeUpload(deps, uid, stopping.signal)()
      if (E.isLeft(stored) && !stopping.signal.aborted) onFailure(uid, stored.left)
    } catch (error) {
      onFailure(uid, error)
    } finally {
      leave()
    }
  }

  const store = (uid: UploadUid): Promise<void> => {
    const stored = storeOne(uid).finally(() => running.delete(stored))
    running.add(stored)
    return stored
  }

  return {
    store,
    begin: (uid) => {
      if (begun.has(uid)) return
      begun.add(uid)
      const forget = (): boolean => begun.delete(uid)
      store(uid).then(forget, forget)
    },
    stop: async () => {
      stopping.abort()
      await Promise.all(running)
    },
  }
}

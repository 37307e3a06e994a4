import type { UploadUid } from '../../domain/media/ids.ts'
import type { Upload } from '../../domain/upload/upload.ts'
import { O, TE } from '../../fp.ts'
import type { Clock } from '../../ports/clock.ts'
import {
  type FetchRepository,
  failedFetchSeconds,
  type NewUploadFetch,
} from '../../ports/fetch-repository.ts'

type StoredFetch = Omit<NewUploadFetch, 'url'> & {
  readonly attempt: number
  readonly end: { readonly reason: string; readonly at: number } | null
  readonly url: string | null
}

/** The rows of fetches by the uid of their upload. */
export type MemoryFetches = Map<UploadUid, StoredFetch>

/** Adds a fetch, and deletes those that failed long ago. */
export const addFetch = (fetches: MemoryFetches, clock: Clock, fetch: NewUploadFetch): void => {
  for (const [uid, { end }] of fetches)
    if (end !== null && end.at < clock() - failedFetchSeconds * 1000) fetches.delete(uid)
  fetches.set(fetch.upload, { ...fetch, attempt: 0, end: null })
}

/** Deletes a fetch that has not failed. */
export const dropFetch = (fetches: MemoryFetches, uid: UploadUid): void => {
  if (fetches.get(uid)?.end === null) fetches.delete(uid)
}

/** Stores fetches in memory, for tests. `uploads`: the uploads that they fill. */
export const createMemoryFetchRepository = <U extends Upload>(
  uploads: Map<string, U>,
  clock: Clock,
  fetches: MemoryFetches,
): FetchRepository => {
  const underWay = (uid: UploadUid): StoredFetch | null => {
    const fetch = fetches.get(uid)
    return fetch === undefined || fetch.end !== null ? null : fetch
  }

  return {
    list: (folder, limit) =>
      TE.fromIO(() =>
        [...fetches.values()]
          .filter((fetch) => fetch.folder === folder && fetch.end === null)
          .slice(0, limit)
          .map(({ upload }) => upload),
      ),
    begin: (uid) =>
      TE.fromIO(() => {
        const fetch = underWay(uid)
        if (fetch === null || fetch.url === null) return O.none
        const upload = uploads.get(uid)
        if (upload === undefined || upload.state !== 'receiving') {
          fetches.delete(uid)
          return O.none
        }
        uploads.set(uid, { ...upload, offset: 0, hashes: null, length: null })
        const attempt = fetch.attempt + 1
        fetches.set(uid, { ...fetch, attempt })
        return O.some({ url: fetch.url, job: fetch.job, attempt })
      }),
    handBack: (uid) =>
      TE.fromIO(() => {
        const fetch = underWay(uid)
        if (fetch !== null) fetches.set(uid, { ...fetch, attempt: fetch.attempt - 1 })
      }),
    refuse: (uid, reason) =>
      TE.fromIO(() => {
        const fetch = underWay(uid)
        if (uploads.get(uid)?.state === 'receiving') uploads.delete(uid)
        if (fetch !== null) fetches.set(uid, { ...fetch, url: null, end: { reason, at: clock() } })
      }),
    remove: (uid) => TE.fromIO(() => dropFetch(fetches, uid)),
    findReason: (uid, admin) =>
      TE.fromIO(() => {
        const fetch = fetches.get(uid)
        return fetch?.admin === admin && fetch.end !== null ? O.some(fetch.end.reason) : O.none
      }),
  }
}

import { E, O, pipe, TE } from '../../fp.ts'
import type { MayUsePort } from '../../ports/outbound.ts'
import type { Sleep } from '../../ports/sleep.ts'
import type { JobUid, UploadUid } from '../media/ids.ts'
import { type NotFound, notFound, type Unavailable } from '../shared/errors.ts'
import { type FetchDeps, fetchUpload } from './fetch-upload.ts'
import { toFileName } from './file-name.ts'
import type { BeginFailure } from './held-upload.ts'
import type { UploadDetails, UploadRights } from './upload.ts'
import type { UploadIntake } from './upload-intake.ts'
import { tryWithUploadLock, type UploadLockDeps } from './upload-lock.ts'
import type { UploadService } from './upload-service.ts'

/** What an admin wants to be fetched. `url` is a secret. */
export type FetchRequest = { readonly url: string; readonly details: UploadDetails }

/** `job`: the job that will make the exports, if the file is a new one. */
type RequestedFetch = { readonly upload: UploadUid; readonly job: JobUid }

/** Fetches files from URLs that admins name (http-api.md §11.3). */
export type FetchService = {
  /** Whether a file may be fetched from the port of this address. */
  readonly mayUsePort: MayUsePort
  readonly request: (admin: string, fetch: FetchRequest) => TE.TaskEither<BeginFailure, RequestedFetch>
  /** Returns why a fetch of this admin failed. Fails with NotFound if it did not, or if there is none. */
  readonly reasonOf: (admin: string, upload: string) => TE.TaskEither<NotFound | Unavailable, string>
  /**
   * Fetches what waits for a process with this folder, a few at a time, until the signal is aborted. `failed` is called
   * with what is tried again. Rejects only if the code throws.
   */
  readonly run: (
    signal: AbortSignal,
    failed: (error: unknown, upload: string) => void,
  ) => TE.TaskEither<Unavailable, void>
}

type FetchServiceDeps = FetchDeps & {
  readonly locks: UploadLockDeps['locks']
  readonly sleep: Sleep
  readonly mayUsePort: MayUsePort
  readonly uploadService: Pick<UploadService, 'begin'>
  readonly intake: Pick<UploadIntake, 'store'>
  /** Returns what an admin may upload. */
  readonly rightsOf: (admin: string) => UploadRights
}

/** The files that this process fetches at a time. */
const slots = 4
/**
 * The fetches among which free slots look for work, the oldest first. More than processes of one folder have under way
 * at a time, because their fetches are among these, too.
 */
const listed = 200
/** Time between two looks for new fetches. */
const pollMs = 1000
/** What failed for a fault of this machine is tried again so much later. */
const pauseMs = 10_000

/** Returns the last segment of the path of a URL, without its query. */
const nameOf = (url: string): string | null => {
  const segment = new URL(url).pathname.split('/').findLast((part) => part !== '') ?? null
  if (segment === null) return null
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}

export const createFetchService = (deps: FetchServiceDeps): FetchService => {
  const { fetches, incoming, newUid, sleep, uploadService, intake, rightsOf } = deps
  const running = new Map<UploadUid, Promise<void>>()

  /** `onKept`: is called once it is certain that this fetch keeps its slot for a while, with the lock or in a pause. */
  const fetchOne = async (
    uid: UploadUid,
    signal: AbortSignal,
    failed: (error: unknown, upload: string) => void,
    onKept: () => void,
  ): Promise<void> => {
    try {
      const done = await tryWithUploadLock(deps, uid, (hold) => {
        onKept()
        return fetchUpload(deps, uid, hold, signal)
      })()
      if (E.isRight(done)) {
        if (O.isSome(done.right) && done.right.value === 'received') await intake.store(uid)
        return
      }
      failed(done.left, uid)
    } catch (error) {
      failed(error, uid)
    }
    onKept()
    await sleep(pauseMs, signal)
  }

  /** Begins a fetch. Resolves when it keeps its slot, or has freed it, because another process has the lock. */
  const begin = (
    uid: UploadUid,
    signal: AbortSignal,
    failed: (error: unknown, upload: string) => void,
  ): Promise<void> =>
    new Promise((resolve) => {
      const ended = fetchOne(uid, signal, failed, resolve).finally(() => {
        running.delete(uid)
        resolve()
      })
      running.set(uid, ended)
    })

  return {
    mayUsePort: deps.mayUsePort,

    request: (admin, { url, details }) => {
      const job = newUid.job()
      return pipe(
        uploadService.begin(rightsOf(admin), {
          protocol: 'url',
          length: null,
          announced: 0,
          fileName: toFileName(nameOf(url)),
          details,
          sentMetadata: null,
          fetch: { url, admin, job },
        }),
        TE.map((upload) => ({ upload, job })),
      )
    },

    reasonOf: (admin, upload) =>
      pipe(
        fetches.findReason(upload as UploadUid, admin),
        TE.flatMapEither(E.fromOption((): NotFound | Unavailable => notFound('upload', upload))),
      ),

    run: (signal, failed) => async () => {
      const folder = await incoming.folder()
      if (E.isLeft(folder)) return folder
      while (!signal.aborted) {
        const waiting = await fetches.list(folder.right, listed)()
        // A fetch that runs may take an hour, so a short outage is waited for here, and does not wait for its end.
        if (E.isLeft(waiting) && running.size === 0) return waiting
        const found = E.isRight(waiting) ? waiting.right : []
        for (const uid of found) {
          if (running.size >= slots || signal.aborted) break
          if (!running.has(uid)) await begin(uid, signal, failed)
        }
        await sleep(pollMs, signal)
      }
      await Promise.all(running.values())
      return E.right(undefined)
    },
  }
}

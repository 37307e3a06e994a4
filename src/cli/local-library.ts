import type { Config } from '../config/settings.ts'
import { instanceAsJson, purgeAsJson } from '../domain/freshness/freshness-json.ts'
import { jobAsJson } from '../domain/jobs/job-json.ts'
import { erasureAsJson } from '../domain/library/erasure-json.ts'
import { mediaDetailAsJson, mediaItemAsJson } from '../domain/library/media-json.ts'
import { JobUid, type PurgeUid } from '../domain/media/ids.ts'
import { isUid } from '../domain/media/uid-text.ts'
import type { DomainError } from '../domain/shared/errors.ts'
import { formatMicroseconds } from '../domain/shared/timestamp.ts'
import { E, O, TE } from '../fp.ts'
import type { JobPage } from '../ports/job-queue.ts'
import type { MediaPage } from '../ports/media-repository.ts'
import { CommandError } from './command.ts'
import { erasedFile } from './describe-erasure.ts'
import { withServices } from './library.ts'
import type { LibraryAccess } from './library-access.ts'
import { followLocalEvents } from './local-events.ts'
import { localWebhooks } from './local-webhooks.ts'
import { orThrowCommandError } from './or-throw-command-error.ts'

/** Number of files or jobs that are read at once. */
const pageSize = 200

type Services = Parameters<Parameters<typeof withServices>[1]>[0]

const jobUid = (uid: string): JobUid => {
  if (!JobUid.is(uid)) throw new CommandError(`${uid} is not the uid of a job`, 2)
  return uid
}

const accessTo = (larder: Services): LibraryAccess => {
  const { library, media, trashService, revocationService, jobService, freshness } = larder

  /** Runs a task on a file. Throws a `CommandError`, for an erased file one that says how its erasure stands. */
  const ofFile = async <A>(uid: string, task: TE.TaskEither<DomainError, A>): Promise<A> => {
    const result = await task()
    if (E.isLeft(result) && result.left._tag === 'NotFound') {
      const erasure = await trashService.findErasure(uid)()
      if (E.isRight(erasure)) throw erasedFile(uid, erasureAsJson(erasure.right))
    }
    return orThrowCommandError(TE.fromEither(result))
  }

  const requestReceipts = async () => {
    const started = await freshness.requestReceipts()
    return E.isRight(started) ? purgeAsJson(started.right) : null
  }

  async function* listMedia(...[filter, limit]: Parameters<LibraryAccess['listMedia']>) {
    let after: MediaPage['next'] = null
    for (let listed = 0; listed < limit; listed += pageSize) {
      const page: MediaPage = await orThrowCommandError(
        library.list(filter, Math.min(pageSize, limit - listed), after),
      )
      yield* page.items.map(mediaItemAsJson)
      if (page.next === null) return
      after = page.next
    }
  }

  async function* listJobs(...[state, limit]: Parameters<LibraryAccess['listJobs']>) {
    const filter = { state, kind: null, media: null }
    let after: JobPage['next'] = null
    for (let listed = 0; listed < limit; listed += pageSize) {
      const page: JobPage = await orThrowCommandError(
        jobService.list(filter, Math.min(pageSize, limit - listed), after),
      )
      yield* page.items.map(jobAsJson)
      if (page.next === null) return
      after = page.next
    }
  }

  return {
    listMedia,
    listJobs,
    showMedia: async (uid) => mediaDetailAsJson(await ofFile(uid, library.find(uid))),
    hasMedia: async (uid) => isUid(uid) && O.isSome(await orThrowCommandError(media.find(uid))),
    changeMedia: async (uid, change) =>
      mediaDetailAsJson(await ofFile(uid, library.change(uid, change, null))),
    deleteMedia: async (uid, mode) => {
      const { deletedAt, purgeAfter, isErased, refused } = await ofFile(
        uid,
        trashService.delete(uid, mode, Number.POSITIVE_INFINITY),
      )
      return {
        deleted_at: formatMicroseconds(deletedAt),
        purge_after: formatMicroseconds(purgeAfter),
        ...(isErased !== null && { erased: isErased }),
        ...(refused !== null && { refused }),
      }
    },
    restoreMedia: async (uid) => {
      await ofFile(uid, trashService.restore(uid))
    },
    revoke: async (target) => {
      const { notBefore } = await orThrowCommandError(revocationService.revoke(target))
      return { not_before: notBefore, started: await requestReceipts() }
    },
    cancelJob: async (uid) => jobAsJson(await orThrowCommandError(jobService.cancel(jobUid(uid)))),
    retryJob: async (uid) => jobAsJson(await orThrowCommandError(jobService.retry(jobUid(uid)))),
    listInstances: async () => (await orThrowCommandError(freshness.listInstances)).map(instanceAsJson),
    purge: async (target) => purgeAsJson(await orThrowCommandError(freshness.purge(target))),
    requestReceipts,
    findReceipts: async (purge) => {
      const found = await freshness.findPurge(purge as PurgeUid)()
      return E.isRight(found) ? purgeAsJson(found.right) : null
    },
    followEvents: followLocalEvents(larder),
    webhooks: localWebhooks(larder),
    sleep: (milliseconds) => larder.sleep(milliseconds, new AbortController().signal),
  }
}

/** Runs `work` with the library of this machine. */
export const withLocalLibrary = <A>(
  config: Config,
  work: (library: LibraryAccess) => Promise<A>,
): Promise<A> =>
  withServices(
    config,
    async (larder) => {
      await orThrowCommandError(larder.database.migrate)
      return work(accessTo(larder))
    },
    // `larder rm` prints it.
    { reported: ['trash.refused'] },
  )

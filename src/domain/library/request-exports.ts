import { E, O, type TE } from '../../fp.ts'
import type { JobQueue } from '../../ports/job-queue.ts'
import type { MediaRepository } from '../../ports/media-repository.ts'
import type { NewUid } from '../../ports/new-uid.ts'
import { activeStates, type Job, type JobKind, type ReplacedScope } from '../jobs/job.ts'
import type { MediaKind } from '../media/media-kind.ts'
import { isUid } from '../media/uid-text.ts'
import {
  type Conflict,
  conflict,
  inTrash,
  type NotFound,
  notFound,
  type Unavailable,
} from '../shared/errors.ts'
import type { MediaRecord } from './media-item.ts'

/**
 * Which exports are made. `missing`: those of a file that has none. `outdated`: those that an older recipe made. `all`:
 * all, also those of the current recipe.
 */
export const exportScopes = ['missing', 'outdated', 'all'] as const
export type ExportScope = (typeof exportScopes)[number]

/**
 * Adds a job that makes the exports of a file (http-api.md §8.9). Returns the job. Fails with Conflict if the file is in
 * the trash, if there is nothing to make, or if a job for the file waits or runs: the message names it.
 */
export type RequestExports = (
  uid: string,
  scope: ExportScope,
) => TE.TaskEither<NotFound | Conflict | Unavailable, Job>

type Deps = {
  readonly media: Pick<MediaRepository, 'find'>
  readonly jobs: Pick<JobQueue, 'list' | 'enqueue' | 'find'>
  readonly newUid: Pick<NewUid, 'job'>
  /** Number of failed attempts after which a job fails. */
  readonly attempts: number
  /** The version of the current recipe of each kind. */
  readonly recipes: Readonly<Record<MediaKind, number>>
}

type Work = { readonly kind: JobKind; readonly replaces: ReplacedScope }

const first: Work = { kind: 'exports', replaces: 'outdated' }

/** Returns the work of the job, or why there is none. */
const workOf = ({ exports }: MediaRecord, scope: ExportScope, recipe: number): E.Either<Conflict, Work> => {
  if (scope === 'missing')
    return exports.length === 0 ? E.right(first) : E.left(conflict('no exports are missing'))
  if (exports.length === 0)
    return scope === 'all'
      ? E.right(first)
      : E.left(conflict('it has no exports yet: ask for the missing ones'))
  if (scope === 'all') return E.right({ kind: 'remake', replaces: 'all' })
  return exports.some((made) => made.recipe < recipe)
    ? E.right({ kind: 'remake', replaces: 'outdated' })
    : E.left(conflict('no export was made by an older recipe'))
}

const underWay = (job: string): Conflict =>
  conflict(`${job} makes exports of this file already: wait for its end, or cancel it`)

export const createRequestExports = ({ media, jobs, newUid, attempts, recipes }: Deps): RequestExports => {
  const findActive =
    (uid: string): TE.TaskEither<Unavailable, Job | undefined> =>
    async () => {
      for (const state of activeStates) {
        const page = await jobs.list({ state, kind: null, media: uid }, 1, null)()
        if (E.isLeft(page)) return page
        const [job] = page.right.items
        if (job !== undefined) return E.right(job)
      }
      return E.right(undefined)
    }

  return (uid, scope) => async () => {
    if (!isUid(uid)) return E.left(notFound('file', uid))
    const found = await media.find(uid)()
    if (E.isLeft(found)) return found
    if (O.isNone(found.right)) return E.left(notFound('file', uid))
    const file = found.right.value
    if (file.deletedAt !== null) return E.left(inTrash(uid))
    const active = await findActive(uid)()
    if (E.isLeft(active)) return active
    if (active.right !== undefined) return E.left(underWay(active.right.uid))
    const work = workOf(file, scope, recipes[file.kind])
    if (E.isLeft(work)) return work
    const job = {
      uid: newUid.job(),
      ...work.right,
      media: { kind: file.kind, uid: file.uid },
      attempts,
      durationSeconds: file.durationSeconds,
    }
    const added = await jobs.enqueue(job)()
    if (E.isLeft(added)) return added
    // Another request was faster.
    if (added.right !== job.uid) return E.left(underWay(added.right))
    const stored = await jobs.find(job.uid)()
    if (E.isLeft(stored)) return stored
    return O.isSome(stored.right) ? E.right(stored.right.value) : E.left(notFound('job', job.uid))
  }
}

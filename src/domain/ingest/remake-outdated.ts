import { E, type TE } from '../../fp.ts'
import type { FinishedJob } from '../jobs/finish-job.ts'
import type { Job } from '../jobs/job.ts'
import type { JobWork } from '../jobs/job-work.ts'
import type { JobUid } from '../media/ids.ts'
import type { MediaKind } from '../media/media-kind.ts'
import type { Conflict, NotFound, Refused, Unavailable } from '../shared/errors.ts'
import { workStoppedFailure } from '../shared/work-stopped.ts'
import type { IngestService, LibraryFileId } from './ingest-service.ts'

/** Number of files, by the outcome of making their exports again. */
type RemakeReport = {
  readonly made: number
  /** Number of files whose exports another process has made. */
  readonly elsewhere: number
  readonly failed: number
  /** Number of files that a worker will process later. */
  readonly queued: number
}

/** `kind`: `null` if there is no such file. */
type RemadeFile = { readonly kind: MediaKind | null; readonly uid: string }

type RemakeError = NotFound | Conflict | Refused | Unavailable

type RemakeOptions = {
  /** If `true`, the files are only queued. */
  readonly isOnlyQueued: boolean
  readonly onProgress: (file: RemadeFile, fraction: number) => void
  readonly onDone: (
    file: RemadeFile,
    outcome: E.Either<RemakeError, FinishedJob | { readonly state: 'queued' }>,
  ) => void
  readonly signal: AbortSignal
}

type WaitDeps = { readonly jobWork: Pick<JobWork, 'finish'> }
type Deps = WaitDeps & { readonly ingest: Pick<IngestService, 'listOutdated' | 'enqueue'> }

/** A file, and its job if it could be queued. */
type QueuedFile = { readonly file: RemadeFile; readonly job: E.Either<RemakeError, JobUid> }

const kinds: ReadonlyArray<MediaKind> = ['image', 'content']

/** Creates a function that waits for queued files, one by one, and counts what became of them. */
const createRemaking = (
  { jobWork }: WaitDeps,
  { isOnlyQueued, onProgress, onDone, signal }: RemakeOptions,
) => {
  const report = { made: 0, elsewhere: 0, failed: 0, queued: 0 }

  const finish = async ({ file, job }: QueuedFile): Promise<void> => {
    if (E.isLeft(job) || isOnlyQueued) {
      report[E.isLeft(job) ? 'failed' : 'queued'] += 1
      return onDone(file, E.isLeft(job) ? job : E.right({ state: 'queued' }))
    }
    const finished = await jobWork.finish(job.right, {
      source: null,
      onProgress: (fraction) => onProgress(file, fraction),
      signal,
    })
    if (E.isLeft(finished)) report.failed += 1
    else if (finished.right.state === 'made') report.made += 1
    else report.elsewhere += 1
    onDone(file, E.isLeft(finished) ? E.left(finished.left.error) : finished)
  }

  return {
    report: (): RemakeReport => report,
    finishAll: async (queued: ReadonlyArray<QueuedFile>): Promise<E.Either<Unavailable, void>> => {
      for (const each of queued) {
        if (signal.aborted) return E.left(workStoppedFailure)
        await finish(each)
      }
      return E.right(undefined)
    },
  }
}

/**
 * Makes the exports of all outdated files again, images first: queues a page of files, and waits for them one by
 * one. A file that fails keeps its exports, and the remaining files are still processed.
 */
export const remakeOutdated = async (
  { ingest, jobWork }: Deps,
  options: RemakeOptions,
): Promise<E.Either<Unavailable, RemakeReport>> => {
  const remaking = createRemaking({ jobWork }, options)
  for (const kind of kinds) {
    let after: LibraryFileId['uid'] | null = null
    for (;;) {
      const page: E.Either<Unavailable, ReadonlyArray<LibraryFileId>> = await ingest.listOutdated(
        kind,
        after,
      )()
      if (E.isLeft(page)) return page
      const queued: QueuedFile[] = []
      for (const file of page.right) queued.push({ file, job: await ingest.enqueue(file, 'remake')() })
      const finished = await remaking.finishAll(queued)
      if (E.isLeft(finished)) return finished
      const last = page.right.at(-1)
      if (last === undefined) break
      after = last.uid
    }
  }
  return E.right(remaking.report())
}

type NamedDeps = WaitDeps & {
  /** Queues a job that makes all exports of the file. */
  readonly requestAll: (uid: string) => TE.TaskEither<NotFound | Conflict | Unavailable, Job>
}

/** Makes all exports of these files again, as `remakeOutdated` does. */
export const remakeFiles = async (
  { requestAll, jobWork }: NamedDeps,
  uids: ReadonlyArray<string>,
  options: RemakeOptions,
): Promise<E.Either<Unavailable, RemakeReport>> => {
  const remaking = createRemaking({ jobWork }, options)
  const queued: QueuedFile[] = []
  for (const uid of uids) {
    const job = await requestAll(uid)()
    queued.push(
      E.isLeft(job)
        ? { file: { kind: null, uid }, job }
        : { file: { kind: job.right.media.kind, uid }, job: E.right(job.right.uid) },
    )
  }
  const finished = await remaking.finishAll(queued)
  return E.isLeft(finished) ? finished : E.right(remaking.report())
}

import { E } from '../../fp.ts'
import type { FinishedJob } from '../jobs/finish-job.ts'
import type { JobWork } from '../jobs/job-work.ts'
import type { MediaKind } from '../media/media-kind.ts'
import type { Refused, Unavailable } from '../shared/errors.ts'
import { workStoppedFailure } from '../shared/work-stopped.ts'
import type { IngestService, LibraryFileId } from './ingest-service.ts'

/** Number of outdated files, by the outcome of making their exports again. */
type RemakeReport = {
  readonly made: number
  /** Number of files whose exports another process has made. */
  readonly elsewhere: number
  readonly failed: number
  /** Number of files that a worker will process later. */
  readonly queued: number
}

type RemakeOptions = {
  /** If `true`, the files are only queued. */
  readonly isOnlyQueued: boolean
  readonly onProgress: (file: LibraryFileId, fraction: number) => void
  readonly onDone: (
    file: LibraryFileId,
    outcome: E.Either<Refused | Unavailable, FinishedJob | { readonly state: 'queued' }>,
  ) => void
  readonly signal: AbortSignal
}

type Deps = {
  readonly ingest: Pick<IngestService, 'listOutdated' | 'enqueue'>
  readonly jobWork: Pick<JobWork, 'finish'>
}

const kinds: ReadonlyArray<MediaKind> = ['image', 'content']

/**
 * Makes the exports of all outdated files again, images first: queues a page of files, and waits for them one by
 * one. A file that fails keeps its exports, and the remaining files are still processed.
 */
export const remakeOutdated = async (
  { ingest, jobWork }: Deps,
  { isOnlyQueued, onProgress, onDone, signal }: RemakeOptions,
): Promise<E.Either<Unavailable, RemakeReport>> => {
  const report = { made: 0, elsewhere: 0, failed: 0, queued: 0 }

  const remake = async (
    file: LibraryFileId,
    job: Awaited<ReturnType<ReturnType<Deps['ingest']['enqueue']>>>,
  ): Promise<void> => {
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

  for (const kind of kinds) {
    let after: LibraryFileId['uid'] | null = null
    for (;;) {
      const page: E.Either<Unavailable, ReadonlyArray<LibraryFileId>> = await ingest.listOutdated(
        kind,
        after,
      )()
      if (E.isLeft(page)) return page
      const jobs = []
      for (const file of page.right) jobs.push({ file, job: await ingest.enqueue(file, 'remake')() })
      for (const { file, job } of jobs) {
        if (signal.aborted) return E.left(workStoppedFailure)
        await remake(file, job)
      }
      const last = page.right.at(-1)
      if (last === undefined) break
      after = last.uid
    }
  }
  return E.right(report)
}

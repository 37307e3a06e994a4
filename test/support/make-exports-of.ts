import type { Larder } from '../../src/composition/larder.ts'
import type { LibraryFileId } from '../../src/domain/ingest/ingest-service.ts'
import type { MakeExportsResult } from '../../src/domain/ingest/make-exports.ts'
import type { JobKind } from '../../src/domain/jobs/job.ts'
import { outcomeOfHandBack, outcomeOfSuccess } from '../../src/domain/jobs/job-outcome.ts'
import type { Refused, Unavailable } from '../../src/domain/shared/errors.ts'
import { E, O, type TE } from '../../src/fp.ts'
import { right } from './expect-right.ts'

type Options = {
  readonly kind?: JobKind
  readonly source?: string | null
  readonly onProgress?: (fraction: number) => void
  readonly signal?: AbortSignal
}

/**
 * Makes the exports of a file in this process, even if no caller waits for them: takes the file's job, does its work, and ends
 * the lease.
 */
export const makeExportsOf =
  (
    { ingest, jobs }: Pick<Larder, 'ingest' | 'jobs'>,
    file: LibraryFileId,
    options: Options = {},
  ): TE.TaskEither<Refused | Unavailable, MakeExportsResult> =>
  async () => {
    const { kind = 'exports', source = null, onProgress = () => {} } = options
    const { signal = new AbortController().signal } = options
    const job = await ingest.enqueue(file, kind)()
    if (E.isLeft(job)) return job
    const taken = await right(jobs.takeOne(job.right))
    if (O.isNone(taken)) throw new Error('another process has the job')
    const { lease } = taken.value
    const report = { onProgress, onStage: () => {} }
    const made = await ingest.makeExports(file, { kind, lease, source, report, signal })()
    await right(
      jobs.settle(
        lease,
        E.isRight(made) ? outcomeOfSuccess(taken.value, []) : outcomeOfHandBack(taken.value),
      ),
    )
    return made
  }

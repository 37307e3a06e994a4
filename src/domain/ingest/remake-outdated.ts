import { E } from '../../fp.ts'
import type { MediaKind } from '../media/media-kind.ts'
import type { Refused, Unavailable } from '../shared/errors.ts'
import { workStoppedFailure } from '../shared/work-stopped.ts'
import type { IngestService, OutdatedFile } from './ingest-service.ts'
import type { MakeExportsResult } from './make-exports-once.ts'

/** Number of outdated files, by the outcome of making their exports again. */
type RemakeReport = {
  readonly made: number
  /** Number of files whose exports another process is making, or has made. */
  readonly elsewhere: number
  readonly failed: number
}

type RemakeOptions = {
  readonly onProgress: (file: Pick<OutdatedFile, 'kind' | 'uid'>, fraction: number) => void
  readonly onDone: (
    file: Pick<OutdatedFile, 'kind' | 'uid'>,
    outcome: E.Either<Refused | Unavailable, MakeExportsResult>,
  ) => void
  readonly signal: AbortSignal
}

const kinds: ReadonlyArray<MediaKind> = ['image', 'content']

/**
 * Makes the exports of all outdated files again, one file at a time, images first. A file that fails keeps
 * its exports, and the remaining files are still processed.
 */
export const remakeOutdated = async (
  { listOutdated }: Pick<IngestService, 'listOutdated'>,
  { onProgress, onDone, signal }: RemakeOptions,
): Promise<E.Either<Unavailable, RemakeReport>> => {
  const report = { made: 0, elsewhere: 0, failed: 0 }
  for (const kind of kinds) {
    let after: OutdatedFile['uid'] | null = null
    for (;;) {
      const page: E.Either<Unavailable, ReadonlyArray<OutdatedFile>> = await listOutdated(kind, after)()
      if (E.isLeft(page)) return page
      for (const file of page.right) {
        if (signal.aborted) return E.left(workStoppedFailure)
        const outcome = await file.remake((fraction) => onProgress(file, fraction), signal)()
        if (E.isLeft(outcome)) report.failed += 1
        else if (outcome.right.state === 'made') report.made += 1
        else report.elsewhere += 1
        onDone(file, outcome)
      }
      const last = page.right.at(-1)
      if (last === undefined) break
      after = last.uid
    }
  }
  return E.right(report)
}

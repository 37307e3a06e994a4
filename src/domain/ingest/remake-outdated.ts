import { E } from '../../fp.ts'
import type { MediaKind } from '../../ports/media-tokens.ts'
import type { Refused, Unavailable } from '../shared/errors.ts'
import type { Finished } from './finish-once.ts'
import type { IngestService, OutdatedFile } from './ingest-service.ts'
import { ingestStopped } from './media-ingest.ts'

/** What became of the outdated files, by number. */
export type RemakeReport = {
  readonly made: number
  /** Left to other processes that are making them, or have made them. */
  readonly elsewhere: number
  readonly failed: number
}

type Watching = {
  readonly onProgress: (file: Pick<OutdatedFile, 'kind' | 'uid'>, fraction: number) => void
  readonly onDone: (
    file: Pick<OutdatedFile, 'kind' | 'uid'>,
    outcome: E.Either<Refused | Unavailable, Finished>,
  ) => void
  readonly signal: AbortSignal
}

const kinds: ReadonlyArray<MediaKind> = ['image', 'content']

/**
 * Makes the exports of all outdated files anew, pictures first, one file after the other. One that fails keeps the
 * exports that it has, and does not keep the others from theirs.
 */
export const remakeOutdated = async (
  { listOutdated }: Pick<IngestService, 'listOutdated'>,
  { onProgress, onDone, signal }: Watching,
): Promise<E.Either<Unavailable, RemakeReport>> => {
  const report = { made: 0, elsewhere: 0, failed: 0 }
  for (const kind of kinds) {
    let after: OutdatedFile['uid'] | null = null
    for (;;) {
      const page: E.Either<Unavailable, ReadonlyArray<OutdatedFile>> = await listOutdated(kind, after)()
      if (E.isLeft(page)) return page
      for (const file of page.right) {
        if (signal.aborted) return E.left(ingestStopped)
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

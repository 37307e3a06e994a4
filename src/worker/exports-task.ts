import type { Larder } from '../composition/larder.ts'
import type { BackgroundTask, TaskContext } from '../domain/background/background-work.ts'
import { createRetrySchedule } from '../domain/background/retry-schedule.ts'
import type { LibraryFileId } from '../domain/ingest/ingest-service.ts'
import type { Refused, Unavailable } from '../domain/shared/errors.ts'
import { E } from '../fp.ts'
import type { Terminal } from '../terminal/terminal.ts'

/** Pause in milliseconds between two searches for unfinished files on which no process works. */
const intervalMs = 30_000
const backoff = { first: 10_000, most: 600_000 }

/**
 * Maximum number of decoder failures per file. After that, the file is not tried again before the next start
 * of the server.
 */
const maxDecoderFailures = 5

/**
 * Returns whether the file may be the cause of an error: a decoder may need too much memory for it. A failure
 * of any other dependency, such as the object store, is never the fault of a file.
 */
const mayBeFileFault = (error: Refused | Unavailable): boolean =>
  error._tag === 'Refused' || error.dependency === 'transcoder' || error.dependency === 'image process'

/**
 * Creates the task that makes missing exports. Exports are missing if an earlier process was killed or
 * failed. The task handles one file at a time. Files on which another process works are skipped, and checked
 * again later.
 */
export const createExportsTask = (
  { ingest, monotonic, log }: Pick<Larder, 'ingest' | 'monotonic' | 'log'>,
  terminal: Terminal,
): BackgroundTask => {
  const retries = createRetrySchedule(monotonic, backoff, maxDecoderFailures)

  const finishOne = async (file: LibraryFileId, { signal, failed }: TaskContext): Promise<void> => {
    const { uid } = file
    const onProgress = (fraction: number) => terminal.showProgress(`exports of ${uid}`, fraction)
    const finished = await ingest.makeExports(file, { source: null, onProgress, signal })()
    if (signal.aborted) return
    if (E.isRight(finished)) {
      retries.succeeded(uid)
      if (finished.right.state === 'made') {
        terminal.print(`  the exports of ${uid} are ready`)
        for (const warning of finished.right.warnings) terminal.print(`  ${uid}: ${warning}`)
      }
      if (finished.right.state === 'made elsewhere')
        terminal.print(
          `  the exports of ${uid} exist already: another process, or an earlier attempt, made them`,
        )
      return
    }
    failed(finished.left, uid)
    terminal.printError(uid, finished.left)
    // Even if the error is Refused, the machine may be at fault. So the original is not deleted, and a later
    // attempt may succeed.
    if (retries.failed(uid, mayBeFileFault(finished.left)) === 'later') return
    log.error('exports.given_up', { uid })
    terminal.print(`  the exports of ${uid} are not tried again before the next start`)
  }

  return {
    name: 'exports',
    run: (context) => async () => {
      const unfinished = await ingest.listUnfinished()
      if (E.isLeft(unfinished)) return unfinished
      for (const file of unfinished.right) {
        if (context.signal.aborted) break
        if (retries.waitFor(file.uid) === 0) await finishOne(file, context)
      }
      const waits = unfinished.right.map(({ uid }) => retries.waitFor(uid) ?? intervalMs)
      return E.right({ againInMs: Math.max(1000, Math.min(intervalMs, ...waits.filter((ms) => ms > 0))) })
    },
  }
}

import type { Larder } from '../composition/larder.ts'
import type { BackgroundTask, TaskContext } from '../domain/background/background-work.ts'
import { createRetries } from '../domain/background/retries.ts'
import type { UnfinishedFile } from '../domain/ingest/ingest-service.ts'
import type { Refused, Unavailable } from '../domain/shared/errors.ts'
import { E } from '../fp.ts'
import type { Terminal } from '../terminal/terminal.ts'

/** Milliseconds between two looks for files whose exports no process is making any more. */
const lookAgainMs = 30_000
const backoff = { first: 10_000, most: 600_000 }

/** So often a decoder may fail on one file, and not say that the file is to blame, before it is left for the next start. */
const decoderFailuresAtMost = 5

/** A failing decoder may be the file's fault (it takes all memory, say); a store that is down is not. */
const mayBeTheFile = (error: Refused | Unavailable): boolean =>
  error._tag === 'Refused' || error.dependency === 'transcoder' || error.dependency === 'image process'

/**
 * Makes the exports of files that have none: a process was killed, or failed, before they were made. One file after
 * the other; those that another process is at are left to it, and looked at again.
 */
export const createExportsTask = (
  { ingest, monotonic, log }: Pick<Larder, 'ingest' | 'monotonic' | 'log'>,
  terminal: Terminal,
): BackgroundTask => {
  const retries = createRetries(monotonic, backoff, decoderFailuresAtMost)

  const finishOne = async (
    { uid, finish }: UnfinishedFile,
    { signal, failed }: TaskContext,
  ): Promise<void> => {
    const finished = await finish(
      (fraction) => terminal.showProgress(`exports of ${uid}`, fraction),
      signal,
    )()
    if (signal.aborted) return
    if (E.isRight(finished)) {
      retries.succeeded(uid)
      if (finished.right.state === 'made') {
        terminal.print(`  the exports of ${uid} are made`)
        for (const warning of finished.right.warnings) terminal.print(`  ${uid}: ${warning}`)
      }
      if (finished.right.state === 'made elsewhere')
        terminal.print(`  the exports of ${uid} are there: another process, or an earlier try, has made them`)
      return
    }
    failed(finished.left, uid)
    terminal.printError(uid, finished.left)
    // A slow or failing machine refuses, too: the original stays, and exports can be made of it another time.
    if (retries.failed(uid, mayBeTheFile(finished.left)) === 'later') return
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
      const waits = unfinished.right.map(({ uid }) => retries.waitFor(uid) ?? lookAgainMs)
      return E.right({ againInMs: Math.max(1000, Math.min(lookAgainMs, ...waits.filter((ms) => ms > 0))) })
    },
  }
}

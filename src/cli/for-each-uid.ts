import { withSubject } from '../terminal/explain-error.ts'
import { printError } from '../terminal/print-error.ts'
import { type CommandContext, CommandError } from './command.ts'
import type { LibraryAccess } from './library-access.ts'
import { reportReceipts } from './wait-for-receipts.ts'

/**
 * Does something with each file, and then prints which servers have confirmed it. If one file fails, the others are
 * still processed. `work` returns `incomplete` if an operator must do the rest, which makes the exit code 1. Returns the
 * exit code.
 */
export const forEachUid = async (
  library: LibraryAccess,
  uids: ReadonlyArray<string>,
  out: Pick<CommandContext, 'report'>,
  work: (uid: string) => Promise<'done' | 'incomplete'>,
): Promise<number> => {
  let failed = 0
  let incomplete = 0
  let last: string | null = null
  for (const uid of uids)
    try {
      if ((await work(uid)) === 'incomplete') incomplete += 1
      last = uid
    } catch (failure) {
      if (!(failure instanceof CommandError)) throw failure
      failed += 1
      printError(withSubject(uid, failure.message))
      out.report({ lines: [], json: { uid, error: failure.message } })
    }
  const code = last === null ? 1 : await reportReceipts(library, last, out)
  return failed + incomplete > 0 ? 1 : code
}

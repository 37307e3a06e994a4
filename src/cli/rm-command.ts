import { parseArgs } from 'node:util'
import type { Larder } from '../composition/larder.ts'
import type { DeletedFile } from '../domain/library/media-item.ts'
import { formatMicroseconds } from '../domain/shared/timestamp.ts'
import { E } from '../fp.ts'
import type { DeletionMode } from '../ports/trash.ts'
import { explainError, explainErrorOf } from '../terminal/explain-error.ts'
import { printError } from '../terminal/print-error.ts'
import { alwaysNeedsLibrary, type Command, type CommandContext, usageError } from './command.ts'
import { withServices } from './library.ts'
import { orThrowCommandError } from './or-throw-command-error.ts'
import { describeReceipts, waitForReceipts } from './wait-for-receipts.ts'

const usage = 'rm UID… [--now [--purge]]'

const describeDeleted = (uid: string, mode: DeletionMode, { purgeAfter, isErased }: DeletedFile): string => {
  if (isErased !== null)
    return isErased
      ? `${uid}: erased`
      : `${uid}: erased, but objects are left in the store: a sweep deletes those that Larder has stored`
  const until = formatMicroseconds(purgeAfter)
  return mode === 'trash'
    ? `${uid}: in the trash until ${until}`
    : `${uid}: taken down; can be restored until ${until}`
}

/** Waits until the servers have confirmed what was done before, and prints which of them have. Returns the exit code. */
export const reportReceipts = async (
  larder: Pick<Larder, 'freshness' | 'sleep'>,
  { report }: Pick<CommandContext, 'report'>,
): Promise<number> => {
  const started = await larder.freshness.requestReceipts()
  const confirmed = E.isRight(started) ? (await waitForReceipts(larder, started.right)).receipts : null
  const { lines, json, code } = describeReceipts(confirmed)
  report({ lines, json: { purge: E.isRight(started) ? started.right.uid : null, instances: json } })
  return code
}

/** Deletes files: puts them into the trash, takes them down, or erases them. */
export const rmCommand: Command = {
  usage,
  about: 'Deletes files: they stay in the trash for TRASH_SECONDS, and can be restored until then.',
  words: [
    ['UID', 'the uid of one or more files'],
    [
      '--now',
      'takes the files down: nothing of them is served any more, and their bytes are not accepted again',
    ],
    ['--purge', 'also erases the files taken down at once and for ever'],
  ],
  needsLibrary: alwaysNeedsLibrary,
  run: ({ config, args, report }) => {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { now: { type: 'boolean', default: false }, purge: { type: 'boolean', default: false } },
      allowPositionals: true,
    })
    if (positionals.length === 0 || (values.purge && !values.now)) throw usageError(usage)
    const mode = values.purge ? 'erase' : values.now ? 'take down' : 'trash'
    return withServices(config, async (larder) => {
      await orThrowCommandError(larder.database.migrate)
      let failed = 0
      for (const uid of positionals) {
        const deleted = await larder.trashService.delete(uid, mode, Number.POSITIVE_INFINITY)()
        if (E.isLeft(deleted)) {
          failed += 1
          const error = explainError(deleted.left)
          printError(explainErrorOf(uid, deleted.left))
          report({ lines: [], json: { uid, error } })
          continue
        }
        const { deletedAt, purgeAfter, isErased } = deleted.right
        report({
          lines: [describeDeleted(uid, mode, deleted.right)],
          json: {
            uid,
            deleted_at: formatMicroseconds(deletedAt),
            purge_after: formatMicroseconds(purgeAfter),
            ...(isErased !== null && { erased: isErased }),
          },
        })
      }
      const code = failed === positionals.length ? 1 : await reportReceipts(larder, { report })
      return failed > 0 ? 1 : code
    })
  },
}

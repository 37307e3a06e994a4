import { E } from '../fp.ts'
import { explainError, explainErrorOf } from '../terminal/explain-error.ts'
import { printError } from '../terminal/print-error.ts'
import { alwaysNeedsLibrary, type Command, usageError } from './command.ts'
import { withServices } from './library.ts'
import { orThrowCommandError } from './or-throw-command-error.ts'
import { reportReceipts } from './rm-command.ts'

const usage = 'restore UID…'

/** Takes files out of the trash. */
export const restoreCommand: Command = {
  usage,
  about: 'Takes files out of the trash, as they were; tokens from before a takedown stay refused.',
  words: [['UID', 'the uid of one or more files; `larder list --deleted` lists those in the trash']],
  needsLibrary: alwaysNeedsLibrary,
  run: ({ config, args: uids, report }) => {
    if (uids.length === 0 || uids.some((uid) => uid.startsWith('-'))) throw usageError(usage)
    return withServices(config, async (larder) => {
      await orThrowCommandError(larder.database.migrate)
      let failed = 0
      for (const uid of uids) {
        const restored = await larder.trashService.restore(uid)()
        if (E.isRight(restored)) {
          report({ lines: [`${uid}: restored`], json: { uid, restored: true } })
          continue
        }
        failed += 1
        const error = explainError(restored.left)
        printError(explainErrorOf(uid, restored.left))
        report({ lines: [], json: { uid, error } })
      }
      const code = failed === uids.length ? 1 : await reportReceipts(larder, { report })
      return failed > 0 ? 1 : code
    })
  },
}

import { type Command, usageError } from './command.ts'
import { forEachUid } from './for-each-uid.ts'
import { libraryCommand } from './library-command.ts'

const usage = 'restore UID… [--server URL]'

/** Takes files out of the trash. */
export const restoreCommand: Command = libraryCommand({
  usage,
  about: 'Takes files out of the trash, as they were; tokens from before a takedown stay refused.',
  words: [['UID', 'the uid of one or more files; `larder list --deleted` lists those in the trash']],
  run: ({ args: uids, report, withLibrary }) => {
    if (uids.length === 0 || uids.some((uid) => uid.startsWith('-'))) throw usageError(usage)
    return withLibrary((library) =>
      forEachUid(library, uids, { report }, async (uid) => {
        await library.restoreMedia(uid)
        report({ lines: [`${uid}: restored`], json: { uid, restored: true } })
        return 'done'
      }),
    )
  },
})

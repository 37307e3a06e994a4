import { mediaDetailAsJson } from '../domain/library/media-json.ts'
import { alwaysNeedsLibrary, type Command, usageError } from './command.ts'
import { withServices } from './library.ts'
import { mediaDetailLines } from './media-lines.ts'
import { orThrowCommandError } from './or-throw-command-error.ts'

const usage = 'show UID'

/** Shows everything about one file. */
export const showCommand: Command = {
  usage,
  about: 'Shows a file of the library: its title, state, size, metadata, exports, and its newest job.',
  words: [['UID', 'the uid of a file']],
  needsLibrary: alwaysNeedsLibrary,
  run: ({ config, args, report }) => {
    const [uid, ...rest] = args
    if (uid === undefined || uid.startsWith('-') || rest.length > 0) throw usageError(usage)
    return withServices(config, async ({ library, database }) => {
      await orThrowCommandError(database.migrate)
      const detail = await orThrowCommandError(library.find(uid))
      report({ lines: mediaDetailLines(detail), json: mediaDetailAsJson(detail) })
      return 0
    })
  },
}

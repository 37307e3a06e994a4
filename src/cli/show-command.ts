import { type Command, usageError } from './command.ts'
import { libraryCommand } from './library-command.ts'
import { mediaDetailLines } from './media-lines.ts'

const usage = 'show UID [--server URL]'

/** Shows everything about one file. */
export const showCommand: Command = libraryCommand({
  usage,
  about: 'Shows a file of the library: its title, state, size, metadata, exports, and its newest job.',
  words: [['UID', 'the uid of a file']],
  run: ({ args, report, withLibrary }) => {
    const [uid, ...rest] = args
    if (uid === undefined || uid.startsWith('-') || rest.length > 0) throw usageError(usage)
    return withLibrary(async (library) => {
      const detail = await library.showMedia(uid)
      report({ lines: mediaDetailLines(detail), json: detail })
      return 0
    })
  },
})

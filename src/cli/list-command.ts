import { parseArgs } from 'node:util'
import { mediaStates } from '../domain/jobs/media-state.ts'
import { SearchText } from '../domain/library/search-text.ts'
import { mediaKinds } from '../domain/media/media-kind.ts'
import { E } from '../fp.ts'
import type { MediaFilter } from '../ports/media-repository.ts'
import { printError } from '../terminal/print-error.ts'
import { type Command, CommandError, usageError } from './command.ts'
import { libraryCommand } from './library-command.ts'
import { mediaLine } from './media-lines.ts'

const usage =
  'list [TEXT] [--kind KIND] [--state STATE] [--public|--private] [--outdated] [--deleted] [--limit N] [--server URL]'

/** Number of listed files without `--limit`. */
const defaultLimit = 1000

const oneOfWords = <A extends string>(
  name: string,
  word: string | undefined,
  words: ReadonlyArray<A>,
): A | null => {
  if (word === undefined) return null
  const found = words.find((one) => one === word)
  if (found === undefined) throw new CommandError(`--${name} ${word} is none of ${words.join(', ')}`, 2)
  return found
}

const searchOf = (text: string | undefined): string | null => {
  if (text === undefined) return null
  const decoded = SearchText.decode(text)
  if (E.isRight(decoded)) return decoded.right
  throw new CommandError(`the text to search for ${decoded.left[0]?.message}`, 2)
}

const limitOf = (text: string | undefined): number => {
  const limit = text === undefined ? defaultLimit : Number(text)
  if (!Number.isSafeInteger(limit) || limit < 1)
    throw new CommandError('--limit should be a whole number of at least 1', 2)
  return limit
}

/** Lists the files of the library, newest first. */
export const listCommand: Command = libraryCommand({
  usage,
  about: 'Lists the files of the library, newest first: uid, state, and title or file name.',
  words: [
    ['TEXT', 'only files whose title or file name contains this text of at least three characters'],
    ['--kind KIND', `only files of this kind: ${mediaKinds.join(' or ')}`],
    ['--state STATE', `only files in this state: ${mediaStates.join(', ')}`],
    ['--public', 'only public files; --private: only the others'],
    [
      '--outdated',
      'only files with exports of an older recipe, which `larder remake --outdated` makes again',
    ],
    ['--deleted', 'the files in the trash instead of the others'],
    ['--limit N', `at most N files (${defaultLimit} if absent)`],
  ],
  run: ({ args, report, withLibrary }) => {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: {
        kind: { type: 'string' },
        state: { type: 'string' },
        public: { type: 'boolean' },
        private: { type: 'boolean' },
        outdated: { type: 'boolean' },
        deleted: { type: 'boolean', default: false },
        limit: { type: 'string' },
      },
      allowPositionals: true,
    })
    if (positionals.length > 1 || (values.public && values.private)) throw usageError(usage)
    const filter: MediaFilter = {
      search: searchOf(positionals[0]),
      kind: oneOfWords('kind', values.kind, mediaKinds),
      state: oneOfWords('state', values.state, mediaStates),
      isPublic: values.public ? true : values.private ? false : null,
      isOutdated: values.outdated ? true : null,
      createdAfter: null,
      createdBefore: null,
      isDeleted: values.deleted,
    }
    const limit = limitOf(values.limit)

    return withLibrary(async (library) => {
      let listed = 0
      for await (const item of library.listMedia(filter, limit + 1)) {
        listed += 1
        if (listed <= limit) report({ lines: [mediaLine(item)], json: item })
      }
      if (listed > limit) printError(`there are more than ${limit} such files: --limit N lists more`)
      return 0
    })
  },
})

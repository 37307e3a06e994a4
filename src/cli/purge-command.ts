import { parsePurgeTarget } from '../domain/freshness/purge-target.ts'
import { type Command, CommandError, usageError } from './command.ts'
import { libraryCommand } from './library-command.ts'
import { describeReceipts, waitForReceipts } from './wait-for-receipts.ts'

const usage = 'purge KEY|FAMILY|UID [--server URL]'

/** Purges values from the caches of all instances. */
export const purgeCommand: Command = libraryCommand({
  usage,
  about: 'Deletes cached values on all servers of the library, and says which of them have done so.',
  words: [
    ['KEY', 'the name of a cached value, as in docs/cache-keys.md'],
    ['FAMILY', 'a name with {uid} or {sub} as it is in docs/cache-keys.md; purges all values of such names'],
    ['UID', 'a uid; purges all values whose names contain it'],
  ],
  run: ({ args, report, withLibrary }) => {
    const [text = '', ...rest] = args
    const target = parsePurgeTarget(text)
    if (text === '' || rest.length > 0) throw usageError(usage)
    if (target === null)
      throw new CommandError(
        `${text} is neither a cache key, nor a family of cached values, nor a uid: see docs/cache-keys.md`,
        2,
      )
    return withLibrary(async (library) => {
      const started = await library.purge(target)
      const { lines, json, code } = describeReceipts((await waitForReceipts(library, started)).instances)
      const { uid } = started
      report({ lines: [`${uid}: purged ${text}`, ...lines], json: { uid, instances: json } })
      return code
    })
  },
})

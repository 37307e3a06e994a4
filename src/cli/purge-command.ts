import { parsePurgeTarget } from '../domain/freshness/purge-target.ts'
import { alwaysNeedsLibrary, type Command, CommandError, usageError } from './command.ts'
import { withServices } from './library.ts'
import { orThrowCommandError } from './or-throw-command-error.ts'
import { describeReceipts, waitForReceipts } from './wait-for-receipts.ts'

const usage = 'purge KEY|FAMILY|UID'

/** Purges values from the caches of all instances. */
export const purgeCommand: Command = {
  usage,
  about: 'Deletes cached values on all servers of the library, and says which of them have done so.',
  words: [
    ['KEY', 'the name of a cached value, as in docs/cache-keys.md'],
    ['FAMILY', 'a name with {uid} or {sub} as it is in docs/cache-keys.md; purges all values of such names'],
    ['UID', 'a uid; purges all values whose names contain it'],
  ],
  needsLibrary: alwaysNeedsLibrary,
  run: ({ config, args, report }) => {
    const [text = '', ...rest] = args
    const target = parsePurgeTarget(text)
    if (text === '' || rest.length > 0) throw usageError(usage)
    if (target === null)
      throw new CommandError(
        `${text} is neither a cache key, nor a family of cached values, nor a uid: see docs/cache-keys.md`,
        2,
      )
    return withServices(config, async (larder) => {
      await orThrowCommandError(larder.database.migrate)
      const started = await orThrowCommandError(larder.freshness.purge(target))
      const { lines, json, code } = describeReceipts((await waitForReceipts(larder, started)).receipts)
      const { uid } = started
      report({ lines: [`${uid}: purged ${text}`, ...lines], json: { uid, instances: json } })
      return code
    })
  },
}

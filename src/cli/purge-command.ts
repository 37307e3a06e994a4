import { isUid } from '../domain/media/uid-text.ts'
import { isKeyName } from '../ports/cache-keys.ts'
import { alwaysNeedsLibrary, type Command, usageError } from './command.ts'
import { withServices } from './library.ts'
import { orThrowCommandError } from './or-throw-command-error.ts'
import { describeReceipts, waitForReceipts } from './wait-for-receipts.ts'

const usage = 'purge KEY|UID'

/** Purges values from the caches of all instances. */
export const purgeCommand: Command = {
  usage,
  about: 'Deletes cached values on all servers of the library, and says which of them have done so.',
  words: [
    ['KEY', 'the name of a cached value, as in docs/cache-keys.md'],
    ['UID', 'a uid; purges all values whose names contain it'],
  ],
  needsLibrary: alwaysNeedsLibrary,
  run: ({ config, args, report }) => {
    const [target, ...rest] = args
    if (target === undefined || rest.length > 0 || !(isKeyName(target) || isUid(target)))
      throw usageError(usage)
    return withServices(config, async (larder) => {
      await orThrowCommandError(larder.database.migrate)
      const started = await orThrowCommandError(
        larder.freshness.purge(isKeyName(target) ? { key: target } : { uid: target }),
      )
      const { lines, json, code } = describeReceipts((await waitForReceipts(larder, started)).receipts)
      const { uid } = started
      report({ lines: [`${uid}: purged ${target}`, ...lines], json: { uid, instances: json } })
      return code
    })
  },
}

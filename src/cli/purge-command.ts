import { isUid } from '../domain/media/uid-text.ts'
import { isKeyName } from '../ports/cache-keys.ts'
import { alwaysNeedsLibrary, type Command, usageError } from './command.ts'
import { withServices } from './library.ts'
import { orThrowCommandError } from './or-throw-command-error.ts'

const usage = 'purge KEY|UID'

/** Number of times that the receipts are read, a second apart, until no instance is waiting. */
const receiptReads = 10

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
    return withServices(config, async ({ freshness, database, sleep }) => {
      await orThrowCommandError(database.migrate)
      let purge = await orThrowCommandError(
        freshness.purge(isKeyName(target) ? { key: target } : { uid: target }),
      )
      const isWaiting = () => purge.receipts.some(({ state }) => state === 'waiting')
      for (let reads = 1; isWaiting() && reads < receiptReads; reads += 1) {
        await sleep(1000, new AbortController().signal)
        purge = await orThrowCommandError(freshness.findPurge(purge.uid))
      }
      report({
        lines: [
          `${purge.uid}: purged ${target}`,
          ...purge.receipts.map(({ instance, state }) => `  ${instance}  ${state}`),
        ],
        json: {
          uid: purge.uid,
          instances: purge.receipts.map(({ instance, state }) => ({ instance, state })),
        },
      })
      return purge.receipts.every(({ state }) => state === 'done') ? 0 : 1
    })
  },
}

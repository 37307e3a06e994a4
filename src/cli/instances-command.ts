import { instanceAsJson } from '../domain/freshness/freshness-json.ts'
import { rfc3339 } from '../domain/shared/rfc3339.ts'
import { alwaysNeedsLibrary, type Command, usageError } from './command.ts'
import { withServices } from './library.ts'
import { orThrowCommandError } from './or-throw-command-error.ts'

const usage = 'instances'

const percent = (ratio: number | null): string =>
  ratio === null ? 'no lookups' : `${Math.round(ratio * 100)} % hits`

/** Lists the serving processes of the library. */
export const instancesCommand: Command = {
  usage,
  about: 'Lists the running servers of the library, and when each was last heard of.',
  words: [],
  needsLibrary: alwaysNeedsLibrary,
  run: ({ config, args, report }) => {
    if (args.length > 0) throw usageError(usage)
    return withServices(config, async ({ freshness, database }) => {
      await orThrowCommandError(database.migrate)
      const items = await orThrowCommandError(freshness.listInstances)
      report({
        lines:
          items.length === 0
            ? ['no server has reported']
            : items.map(
                ({ uid, version, startedAt, heardAt, cacheBytes, hitRatio }) =>
                  `${uid}  ${version}  started ${rfc3339(startedAt)}  heard ${rfc3339(heardAt)}  ${cacheBytes} bytes  ${percent(hitRatio)}`,
              ),
        json: { items: items.map(instanceAsJson) },
      })
      return 0
    })
  },
}

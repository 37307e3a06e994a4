import { type Command, usageError } from './command.ts'
import { libraryCommand } from './library-command.ts'

const usage = 'instances [--server URL]'

const percent = (ratio: number | null): string =>
  ratio === null ? 'no lookups' : `${Math.round(ratio * 100)} % hits`

/** Lists the serving processes of the library. */
export const instancesCommand: Command = libraryCommand({
  usage,
  about: 'Lists the running servers of the library, and when each was last heard of.',
  words: [],
  run: ({ args, report, withLibrary }) => {
    if (args.length > 0) throw usageError(usage)
    return withLibrary(async (library) => {
      const items = await library.listInstances()
      report({
        lines:
          items.length === 0
            ? ['no server has reported']
            : items.map(
                ({ instance, version, started_at, heard_at, cache_bytes, hit_ratio }) =>
                  `${instance}  ${version}  started ${started_at}  heard ${heard_at}  ${cache_bytes} bytes  ${percent(hit_ratio)}`,
              ),
        json: { items },
      })
      return 0
    })
  },
})

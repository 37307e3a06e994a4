import { parseArgs } from 'node:util'
import { withServices } from '../composition/with-services.ts'
import { describeSweep, isRefusal } from '../terminal/describe-sweep.ts'
import { always, type Command, wrongUsage } from './command.ts'
import { orFail } from './outcome.ts'

const usage = 'sweep [--dry-run|--repair]'

/** Removes from the object store what no row names, as a server does by itself. */
export const sweepCommand: Command = {
  usage,
  about: 'Deletes objects that the database does not name and that are older than 48 hours, as `serve` does.',
  words: [
    ['--dry-run', 'writes and deletes nothing, and prints what would be deleted: a key and its bytes a line'],
    ['--repair', 'deletes also where these are more than 5 % of all objects, or than 1,000'],
  ],
  needsLibrary: always,
  run: ({ config, args, report }) => {
    const { values } = parseArgs({
      args: [...args],
      options: {
        'dry-run': { type: 'boolean', default: false },
        repair: { type: 'boolean', default: false },
      },
    })
    if (values['dry-run'] && values.repair) throw wrongUsage(usage)
    const mode = values['dry-run'] ? 'dry run' : values.repair ? 'repair' : 'usual'
    return withServices(config, async ({ sweep, database }) => {
      // A dry run changes nothing, the tables neither.
      await orFail(mode === 'dry run' ? database.check : database.migrate)
      const swept = await orFail(sweep(mode, new AbortController().signal))
      report({ lines: describeSweep(swept), json: swept })
      return isRefusal(swept) ? 1 : 0
    })
  },
}

import { parseArgs } from 'node:util'
import { describeSweep, needsAttention } from '../terminal/describe-sweep.ts'
import { alwaysNeedsLibrary, type Command, usageError } from './command.ts'
import { withServices } from './library.ts'
import { orThrowCommandError } from './or-throw-command-error.ts'

const usage = 'sweep [--dry-run|--repair]'

/** Deletes orphans from the object store, as a server does periodically. */
export const sweepCommand: Command = {
  usage,
  about:
    'Purges the trash, and deletes objects that are older than 48 hours and not in the database, as `serve` does.',
  words: [
    ['--dry-run', 'writes and deletes nothing; prints each key that would be deleted, and its size'],
    ['--repair', 'deletes even more than 5 % of all objects, or more than 1,000'],
  ],
  needsLibrary: alwaysNeedsLibrary,
  run: ({ config, args, report }) => {
    const { values } = parseArgs({
      args: [...args],
      options: {
        'dry-run': { type: 'boolean', default: false },
        repair: { type: 'boolean', default: false },
      },
    })
    if (values['dry-run'] && values.repair) throw usageError(usage)
    const mode = values['dry-run'] ? 'dry run' : values.repair ? 'repair' : 'within limits'
    return withServices(config, async ({ sweep, database }) => {
      // A dry run must change neither objects nor tables, so it only checks the database.
      await orThrowCommandError(mode === 'dry run' ? database.check : database.migrate)
      const swept = await orThrowCommandError(sweep(mode, new AbortController().signal))
      report({ lines: describeSweep(swept), json: swept })
      return needsAttention(swept) ? 1 : 0
    })
  },
}

import { parseArgs } from 'node:util'
import type { SweepMode } from '../domain/sweep/store-sweep.ts'
import { sweepAsJson } from '../domain/sweep/sweep-json.ts'
import { describeSweep, needsAttention } from '../terminal/describe-sweep.ts'
import { alwaysNeedsLibrary, type Command, type CommandContext } from './command.ts'
import { withServices } from './library.ts'
import { orThrowCommandError } from './or-throw-command-error.ts'

/** Runs a sweep. Returns the exit code: 1 if an operator must act. */
export const runSweep = (
  { config, report }: Pick<CommandContext, 'config' | 'report'>,
  mode: SweepMode,
): Promise<number> =>
  withServices(config, async ({ sweep, database }) => {
    // A dry run must change neither objects nor tables, so it only checks the database.
    await orThrowCommandError(mode === 'dry run' ? database.check : database.migrate)
    const swept = await orThrowCommandError(sweep(mode, new AbortController().signal))
    report({ lines: describeSweep(swept), json: sweepAsJson(swept) })
    const wouldRepair = swept.result === 'looked' && (swept.orphans.length > 0 || swept.missing.length > 0)
    return needsAttention(swept) || wouldRepair ? 1 : 0
  })

/** Sweeps the object store, as a server does periodically. */
export const sweepCommand: Command = {
  usage: 'sweep',
  about:
    'Purges the trash, and deletes objects that are older than 48 hours and not in the database, as `serve` does.',
  words: [],
  needsLibrary: alwaysNeedsLibrary,
  run: (context) => {
    parseArgs({ args: [...context.args], options: {} })
    return runSweep(context, 'within limits')
  },
}

import { parseArgs } from 'node:util'
import { alwaysNeedsLibrary, type Command, usageError } from './command.ts'
import { runSweep } from './sweep-command.ts'

const usage = 'verify [--repair | --adopt]'

/** Compares the database with the object store, in both directions. */
export const verifyCommand: Command = {
  usage,
  about: 'Compares the database with the store: tells which objects are superfluous, and which are missing.',
  words: [
    [
      '--repair',
      'deletes the superfluous objects, and queues the files whose exports can be made again, however many there are',
    ],
    [
      '--adopt',
      'deletes nothing, and makes this database the one that sweeps the store, after another copy of it has',
    ],
  ],
  needsLibrary: alwaysNeedsLibrary,
  run: (context) => {
    const { values } = parseArgs({
      args: [...context.args],
      options: {
        repair: { type: 'boolean', default: false },
        adopt: { type: 'boolean', default: false },
      },
    })
    if (values.repair && values.adopt) throw usageError(usage)
    return runSweep(context, values.adopt ? 'adopt' : values.repair ? 'repair' : 'dry run')
  },
}

import { parseArgs } from 'node:util'
import { alwaysNeedsLibrary, type Command } from './command.ts'
import { runSweep } from './sweep-command.ts'

/** Compares the database with the object store, in both directions. */
export const verifyCommand: Command = {
  usage: 'verify [--repair]',
  about: 'Compares the database with the store: tells which objects are superfluous, and which are missing.',
  words: [
    [
      '--repair',
      'deletes the superfluous objects, and queues the files whose exports can be made again, however many there are',
    ],
  ],
  needsLibrary: alwaysNeedsLibrary,
  run: (context) => {
    const { values } = parseArgs({
      args: [...context.args],
      options: { repair: { type: 'boolean', default: false } },
    })
    return runSweep(context, values.repair ? 'repair' : 'dry run')
  },
}

import { alwaysNeedsLibrary, type Command, usageError } from './command.ts'
import { withServices } from './library.ts'
import { orThrowCommandError } from './or-throw-command-error.ts'

/** Runs the migrations of the database. `serve` also runs them when it starts. */
export const migrateCommand: Command = {
  usage: 'migrate',
  about: "Migrates the database to this release's schema, as `serve` does.",
  words: [],
  needsLibrary: alwaysNeedsLibrary,
  run: ({ config, args, report }) => {
    if (args.length > 0) throw usageError('migrate')
    return withServices(config, async ({ database }) => {
      await orThrowCommandError(database.migrate)
      report({ lines: ['the database is up to date'], json: { database: 'up to date' } })
      return 0
    })
  },
}

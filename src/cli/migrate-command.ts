import { always, type Command, wrongUsage } from './command.ts'
import { withServices } from './library.ts'
import { orFail } from './outcome.ts'

/** Runs the migrations. `serve` runs them, too. */
export const migrateCommand: Command = {
  usage: 'migrate',
  about: "Migrates the database to this release's schema, as `serve` does.",
  words: [],
  needsLibrary: always,
  run: ({ config, args, report }) => {
    if (args.length > 0) throw wrongUsage('migrate')
    return withServices(config, async ({ database }) => {
      await orFail(database.migrate)
      report({ lines: ['the database is up to date'], json: { database: 'up to date' } })
      return 0
    })
  },
}

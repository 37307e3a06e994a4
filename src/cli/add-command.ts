import { parseArgs } from 'node:util'
import { addFile } from '../domain/ingest/add-file.ts'
import { E } from '../fp.ts'
import { explainError } from '../terminal/explain-error.ts'
import { printError } from '../terminal/print-error.ts'
import { createProgressBar } from '../terminal/progress-bar.ts'
import { always, type Command, wrongUsage } from './command.ts'
import { withNewLibrary } from './library.ts'
import { orFail } from './outcome.ts'

const usage = 'add FILE… [--public]'

/** Adds files one after the other. If one fails, the others are still added. */
export const addCommand: Command = {
  usage,
  about: 'Adds pictures, sounds and films to the library, and makes their exports.',
  words: [
    ['FILE', 'of any name: its bytes say what it is; one that is there already keeps its uid'],
    ['--public', 'pictures alone: everybody may see them without a token'],
  ],
  needsLibrary: always,
  run: ({ config, args, isJson, report }) => {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { public: { type: 'boolean', default: false } },
      allowPositionals: true,
    })
    if (positionals.length === 0) throw wrongUsage(usage)

    return withNewLibrary(config, async ({ ingest, admins, database, sleep }, created) => {
      if (created !== null) printError(created)
      await orFail(database.migrate)
      const bar = createProgressBar(process.stderr)
      let exitCode = 0
      for (const path of positionals) {
        const added = await addFile({ ingest, sleep }, path, {
          isPublic: values.public,
          onKnown: () => undefined,
          onProgress: (fraction) => bar.show(path, fraction),
          onWaiting: () => {
            bar.clear()
            printError(`${path}: another process is adding it, or making its exports: waiting`)
          },
        })()
        bar.clear()
        if (E.isLeft(added)) {
          const error = explainError(added.left)
          printError(`${path}: ${error}`)
          report({ lines: [], json: { file: path, error } })
          exitCode = 1
          continue
        }
        const { kind, uid, warnings } = added.right
        for (const warning of warnings) printError(`${path}: ${warning}`)
        // Programs (`--json`) get the uid, and can mint a token when they need one.
        const link = async (): Promise<string> => {
          const { jwt } = await orFail(admins.mintMediaToken(uid, null))
          return `  ${config.publicUrl}/console/watch/${uid}?jwt=${jwt}`
        }
        report({
          lines: isJson ? [] : [`${path}  ${kind}  ${uid}`, await link()],
          json: { kind, uid, file: path },
        })
      }
      return exitCode
    })
  },
}

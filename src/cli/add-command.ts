import { parseArgs } from 'node:util'
import { addFile } from '../domain/ingest/add-file.ts'
import { E } from '../fp.ts'
import { explainError } from '../terminal/explain-error.ts'
import { printError } from '../terminal/print-error.ts'
import { createProgressBar } from '../terminal/progress-bar.ts'
import { alwaysNeedsLibrary, type Command, usageError } from './command.ts'
import { reportedByCommand, withNewLibrary } from './library.ts'
import { orThrowCommandError } from './or-throw-command-error.ts'
import { closingSeconds } from './stop-budget.ts'
import { listenForStop } from './stop-request.ts'

const usage = 'add FILE… [--public] [--no-wait]'

/** The words for people. Programs get the kind itself. */
const kindNames = { image: 'picture', content: 'sound or film' } as const

/** Exit code of a command that was stopped by a signal, as in a shell. */
const stoppedCode = 130

/** Adds files one at a time. If a file fails, the remaining files are still added. */
export const addCommand: Command = {
  usage,
  about: 'Adds pictures, sounds and films to the library, and makes their exports.',
  words: [
    [
      'FILE',
      'one or more files; the type is detected from the bytes; a file that is already in the library keeps its uid',
    ],
    ['--public', 'every client may view the files without a token'],
    ['--no-wait', 'only queues the files; a server or `larder worker` makes their exports'],
  ],
  needsLibrary: alwaysNeedsLibrary,
  run: ({ config, args, isJson, report }) => {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: {
        public: { type: 'boolean', default: false },
        'no-wait': { type: 'boolean', default: false },
      },
      allowPositionals: true,
    })
    if (positionals.length === 0) throw usageError(usage)

    // A stopped command hands its job back, so that another process can take it at once.
    const stop = listenForStop(() => closingSeconds)

    const adding = withNewLibrary(
      config,
      async ({ ingest, jobWork, admins, database }, created) => {
        if (created !== null) printError(created)
        await orThrowCommandError(database.migrate)
        const bar = createProgressBar(process.stderr)
        let exitCode = 0
        for (const path of positionals) {
          if (stop.signal.aborted) return stoppedCode
          const added = await addFile({ ingest, jobWork }, path, {
            isPublic: values.public,
            isOnlyQueued: values['no-wait'],
            signal: stop.signal,
            onRegistered: () => undefined,
            onProgress: (fraction) => bar.show(path, fraction),
            onWaiting: () => {
              bar.clear()
              printError(`${path}: waiting for another process that is adding it`)
            },
          })()
          bar.clear()
          if (E.isLeft(added) && stop.signal.aborted) return stoppedCode
          if (E.isLeft(added)) {
            const error = explainError(added.left)
            printError(`${path}: ${error}`)
            report({ lines: [], json: { file: path, error } })
            exitCode = 1
            continue
          }
          const { kind, uid, state, warnings } = added.right
          for (const warning of warnings) printError(`${path}: ${warning}`)
          // With `--json` no link is printed. Programs get the uid, and can mint a token when they need a
          // link.
          const link = async (): Promise<string> => {
            const { jwt } = await orThrowCommandError(admins.mintMediaToken(uid, null))
            return `  ${config.publicUrl}/console/watch/${uid}?jwt=${jwt}`
          }
          report({
            lines: isJson
              ? []
              : [`${path}  ${kindNames[kind]}  ${uid}${state === 'queued' ? '  queued' : ''}`, await link()],
            json: { kind, uid, file: path, state, warnings },
          })
        }
        return exitCode
      },
      reportedByCommand,
    )
    return stop.track('the file that is being added', adding)
  },
}

import { parseArgs } from 'node:util'
import { type AddOptions, addFile } from '../domain/ingest/add-file.ts'
import { MediaTitle } from '../domain/library/media-change.ts'
import { E } from '../fp.ts'
import { explainError } from '../terminal/explain-error.ts'
import { printError } from '../terminal/print-error.ts'
import { createProgressBar } from '../terminal/progress-bar.ts'
import { addSources, kindWords, shortLabel, stoppedCode } from './add-sources.ts'
import { addToServer } from './add-to-server.ts'
import { type Command, CommandError, usageError } from './command.ts'
import { reportedByCommand, withNewLibrary } from './library.ts'
import { orThrowCommandError } from './or-throw-command-error.ts'
import { extractServerOption, serverWords } from './server-option.ts'
import { closingSeconds } from './stop-budget.ts'
import { listenForStop } from './stop-request.ts'
import { withSourcePath } from './with-source-path.ts'

const usage = 'add FILE|FOLDER|URL|-… [--name NAME] [--title TEXT] [--public] [--no-wait] [--server URL]'

const titleOf = (text: string): string => {
  const title = MediaTitle.decode(text)
  if (E.isRight(title)) return title.right
  throw new CommandError(`--title ${title.left[0]?.message}`, 2)
}

/** Adds files one at a time. If a file fails, the remaining files are still added. */
export const addCommand: Command = {
  usage,
  about: 'Adds pictures, sounds and films to the library, and makes their exports.',
  words: [
    [
      'FILE',
      'one or more files; the type is detected from the bytes; a file that is already in the library keeps its uid',
    ],
    ['FOLDER', 'adds all files below it, without hidden ones and links'],
    ['URL', 'fetches a file by http or https from a server with a public address'],
    ['-', 'adds the bytes of standard input; --name NAME: under this file name'],
    ['--title TEXT', 'the title of new files; those in the library keep their own'],
    ['--public', 'every client may view the files without a token'],
    ['--no-wait', 'only queues the files; a server or `larder worker` makes their exports'],
    ...serverWords,
  ],
  needsLibrary: ({ args }) => extractServerOption(args).server === null,
  run: async ({ config, args: words, isJson, report }) => {
    const { server, args } = extractServerOption(words)
    const { values, positionals } = parseArgs({
      args: [...args],
      options: {
        name: { type: 'string' },
        title: { type: 'string' },
        public: { type: 'boolean', default: false },
        'no-wait': { type: 'boolean', default: false },
      },
      allowPositionals: true,
    })
    if (positionals.length === 0) throw usageError(usage)
    const named = values.title === undefined ? {} : { title: titleOf(values.title) }
    const sources = addSources(positionals, values.name ?? null)

    // A stopped command hands its job back, so that another process can take it at once.
    const stop = listenForStop(() => closingSeconds)

    if (server !== null) {
      const choice = {
        isPublic: values.public,
        ...named,
        isOnlyQueued: values['no-wait'],
        signal: stop.signal,
      }
      return stop.track(
        'the file that is being sent',
        addToServer(server, sources, choice, { isJson, report }),
      )
    }

    const adding = withNewLibrary(
      config,
      async ({ ingest, jobWork, files, outbound, admins, database }, created) => {
        if (created !== null) printError(created)
        await orThrowCommandError(database.migrate)
        const bar = createProgressBar(process.stderr)
        let exitCode = 0
        const sourceDeps = {
          files,
          outbound,
          seconds: config.fetchSeconds,
          maxBytes: config.uploadMaxBytes,
          signal: stop.signal,
        }
        for (const source of sources) {
          const { label } = source
          if (stop.signal.aborted) return stoppedCode
          const options: AddOptions = {
            isPublic: values.public,
            ...named,
            isOnlyQueued: values['no-wait'],
            signal: stop.signal,
            onRegistered: () => undefined,
            onProgress: (fraction) => bar.show(shortLabel(source), fraction),
            onWaiting: () => {
              bar.clear()
              printError(`${label}: waiting for another process that is adding it`)
            },
          }
          const added = await withSourcePath(sourceDeps, source, (path) =>
            addFile({ ingest, jobWork }, path, options),
          )()
          bar.clear()
          if (E.isLeft(added) && stop.signal.aborted) return stoppedCode
          if (E.isLeft(added)) {
            const error = explainError(added.left)
            printError(`${label}: ${error}`)
            report({ lines: [], json: { file: label, error } })
            exitCode = 1
            continue
          }
          const { kind, uid, state, warnings } = added.right
          for (const warning of warnings) printError(`${label}: ${warning}`)
          // With `--json` no link is printed. Programs get the uid, and can mint a token when they need a
          // link.
          const link = async (): Promise<string> => {
            const { jwt } = await orThrowCommandError(admins.mintMediaToken(uid, null))
            return `  ${config.publicUrl}/console/watch/${uid}?jwt=${jwt}`
          }
          report({
            lines: isJson
              ? []
              : [`${label}  ${kindWords[kind]}  ${uid}${state === 'queued' ? '  queued' : ''}`, await link()],
            json: { kind, uid, file: label, state, warnings },
          })
        }
        return exitCode
      },
      reportedByCommand,
    )
    return stop.track('the file that is being added', adding)
  },
}

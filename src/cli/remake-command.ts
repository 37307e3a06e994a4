import { parseArgs } from 'node:util'
import { remakeFiles, remakeOutdated } from '../domain/ingest/remake-outdated.ts'
import { E } from '../fp.ts'
import { explainError } from '../terminal/explain-error.ts'
import { printError } from '../terminal/print-error.ts'
import { createProgressBar } from '../terminal/progress-bar.ts'
import { alwaysNeedsLibrary, type Command, usageError } from './command.ts'
import { reportedByCommand, withServices } from './library.ts'
import { orThrowCommandError } from './or-throw-command-error.ts'
import { closingSeconds } from './stop-budget.ts'
import { listenForStop } from './stop-request.ts'

const usage = 'remake --outdated|UID… [--no-wait]'

const descriptions = {
  made: 'made again',
  'made elsewhere': 'made again by another process',
  queued: 'queued',
} as const

/**
 * Encodes exports again: those that were made with an older recipe, or all of the named files. If one file fails, the
 * others are still processed.
 */
export const remakeCommand: Command = {
  usage,
  about:
    'Encodes exports again: all of the named files, or those that an older release encoded differently. Serves the old ones until then.',
  words: [
    ['UID', 'one or more files whose exports are all made again; a file without exports gets them'],
    [
      '--outdated',
      'processes all files with exports of an older recipe; a file that fails keeps its old exports',
    ],
    ['--no-wait', 'only queues the files; a server or `larder worker` makes their exports'],
  ],
  needsLibrary: alwaysNeedsLibrary,
  run: ({ config, args, report }) => {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        outdated: { type: 'boolean', default: false },
        'no-wait': { type: 'boolean', default: false },
      },
    })
    if (values.outdated === positionals.length > 0) throw usageError(usage)

    const stop = listenForStop(() => closingSeconds)

    const remaking = withServices(
      config,
      async ({ ingest, jobWork, requestExports, database }) => {
        await orThrowCommandError(database.migrate)
        const total = values.outdated ? await orThrowCommandError(ingest.countOutdated) : positionals.length
        const bar = createProgressBar(process.stderr)
        let done = 0
        const options: Parameters<typeof remakeOutdated>[1] = {
          isOnlyQueued: values['no-wait'],
          signal: stop.signal,
          onProgress: ({ uid }, fraction) =>
            bar.show(`${Math.min(done + 1, total)} of ${total}: exports of ${uid}`, fraction),
          onDone: ({ kind, uid }, outcome) => {
            done += 1
            bar.clear()
            if (E.isLeft(outcome)) {
              const error = explainError(outcome.left)
              printError(`${uid}: ${error}`)
              report({ lines: [], json: { kind, uid, error } })
              return
            }
            const { right: finished } = outcome
            if (finished.state !== 'queued')
              for (const warning of finished.warnings) printError(`${uid}: ${warning}`)
            report({
              lines: [`${uid}  ${kind}  ${descriptions[finished.state]}`],
              json: { kind, uid, state: finished.state },
            })
          },
        }
        const counts = await orThrowCommandError(() =>
          values.outdated
            ? remakeOutdated({ ingest, jobWork }, options)
            : remakeFiles(
                { requestAll: (uid) => requestExports(uid, 'all'), jobWork },
                positionals.filter((uid, index) => positionals.indexOf(uid) === index),
                options,
              ),
        )
        const { made, elsewhere, failed, queued } = counts
        report({
          lines: [
            values['no-wait']
              ? `${queued} queued, ${failed} failed`
              : `${made} made again, ${elsewhere} made by other processes, ${failed} failed`,
          ],
          json: counts,
        })
        return failed === 0 ? 0 : 1
      },
      reportedByCommand,
    )
    return stop.track('the exports that are being made again', remaking)
  },
}

import type { Larder } from '../composition/larder.ts'
import type { Config } from '../config/settings.ts'
import type { BackgroundTask } from '../domain/background/background-work.ts'
import { isDomainError } from '../domain/background/describe-failure.ts'
import { E, O } from '../fp.ts'
import { describeOutdated } from '../terminal/describe-outdated.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { printWatchLink } from './watch-link.ts'

/** Creates the task that runs the migrations, prints links, and starts the other tasks. */
export const createStartTask = (
  larder: Larder,
  config: Config,
  terminal: Terminal,
  onReady: (library: { readonly isEmpty: boolean }) => void,
): BackgroundTask => ({
  name: 'start',
  run: () => async () => {
    const migrated = await larder.database.migrate()
    if (E.isLeft(migrated)) return migrated
    const oldest = await larder.ingest.oldest()
    if (E.isLeft(oldest)) return oldest
    const waiting = await larder.ingest.enqueueWaiting()
    if (E.isLeft(waiting)) return waiting
    const outdated = await larder.ingest.countOutdated()
    // The number of outdated files is only printed, so a failure to count them does not prevent the other
    // tasks.
    if (E.isRight(outdated) && outdated.right > 0) terminal.print(`  ${describeOutdated(outdated.right)}`)
    const { image, content, isEmpty } = oldest.right
    if (O.isSome(image)) await printWatchLink(larder, config, terminal, 'image', image.value)
    if (O.isSome(content)) await printWatchLink(larder, config, terminal, 'content', content.value)
    onReady({ isEmpty })
    return E.right('done')
  },
  onFailure: printDatabaseFailure(
    terminal,
    'cached content is served; the database is retried until it answers',
  ),
})

/** Returns a function that prints the first of several failures in a row, and what happens meanwhile. */
export const printDatabaseFailure =
  (terminal: Terminal, meanwhile: string): NonNullable<BackgroundTask['onFailure']> =>
  (error, failuresInARow) => {
    if (failuresInARow > 1 || !isDomainError(error)) return
    terminal.printError(null, error)
    terminal.print(`  ${meanwhile}`)
  }

import { isatty } from 'node:tty'
import type { Larder } from '../composition/larder.ts'
import type { Config } from '../config/settings.ts'
import type { InstanceUid } from '../domain/media/ids.ts'
import { withTaskTimeout } from '../domain/shared/with-timeout.ts'
import { E } from '../fp.ts'
import { addMilliseconds, type MonotonicMs } from '../ports/monotonic.ts'
import { resolvePort, startListening } from '../server/listening.ts'
import { alwaysNeedsLibrary, type Command, type CommandContext, usageError } from './command.ts'
import { larderVersion } from './larder-version.ts'
import { withNewLibrary } from './library.ts'
import { closingSeconds, planStopBudget, type StopBudget } from './stop-budget.ts'
import { listenForStop, type StopRequest } from './stop-request.ts'

const budgetOf = ({ lameDuckSeconds, shutdownGraceSeconds }: Config): StopBudget =>
  planStopBudget({
    graceSeconds: shutdownGraceSeconds,
    lameDuckSeconds: lameDuckSeconds ?? (isatty(0) ? 0 : 2),
  })

/**
 * Maximum time (ms) to end the work that lasts until the last reply, and to remove this instance from the list. If it
 * is exceeded, the instance is listed as silent.
 */
const leavingMs = 1000

/**
 * Ends what this process does as an instance. Called after the last reply, because until then changes and revocations
 * must be heard. The reports end before the removal, so that none adds the instance again. Without a connection, the
 * removal would only delay the end of the database's pool.
 */
const leave = async (
  { following, follower, instances, localInstances, monotonic }: Larder,
  uid: InstanceUid,
  closingAt: MonotonicMs,
): Promise<void> => {
  const end = Math.min(closingAt, addMilliseconds(monotonic(), leavingMs))
  const left = () => Math.max(0, end - monotonic())
  const isConnected = follower.state() !== 'cut'
  const stillRunning = await following.stop(left())
  if (!isConnected || stillRunning.length > 0) return
  const removed = await withTaskTimeout(instances.remove(uid), left(), 'database')()
  // Otherwise the note stays, and the next start removes the instance.
  if (E.isRight(removed)) await localInstances.remove(uid)()
}

type Serving = {
  readonly config: Config
  /** Description of what was just created for the library; `null` if nothing was created. */
  readonly created: string | null
  readonly print: CommandContext['print']
  readonly report: CommandContext['report']
  readonly stop: StopRequest
}

const serve = async (larder: Larder, { config, created, print, report, stop }: Serving): Promise<number> => {
  const { createFollowTask, createReportTask } = await import('../worker/freshness-tasks.ts')
  const { createEventsTask } = await import('../worker/event-tasks.ts')
  const { createLarderServer } = await import('../composition/http.ts')
  const { server, drain } = createLarderServer(larder, config)
  // The waits for the first read begin here: an import may take longer than a request waits.
  await larder.revocationService.openIndex()
  larder.follower.prepare()
  const { port } = await startListening(server, config)
  // Not before the port is open: a task that runs would keep a process alive that fails to open it.
  const instance = larder.newUid.instance()
  const noted = await larder.localInstances.add(instance)()
  if (E.isLeft(noted)) larder.log.warn('instance.not_noted', { cause: String(noted.left.cause) })
  larder.following.start(createFollowTask(larder))
  larder.following.start(createEventsTask(larder))
  larder.following.start(createReportTask(larder, instance, larderVersion()))
  const url = config.publicUrl
  const message = `Larder answers at ${url}${url.endsWith(`:${port}`) ? '' : ` (port ${port})`}`
  report({ lines: [message], json: { message, url, port } })

  if (created !== null) print(`  ${created}`)

  const { createBackgroundTasks } = await import('../worker/background-tasks.ts')
  const work = createBackgroundTasks(larder, config, print)
  const working = work.run()
  const budget = budgetOf(config)
  await stop.requested
  const closingAt = addMilliseconds(larder.monotonic(), budget.beforeClosing)
  await Promise.all([
    stop.track('background work', Promise.all([work.stop(budget.work), working])),
    stop.track('requests in progress', drain.run(budget.drain)),
  ])
  await stop.track('the removal of this instance', leave(larder, instance, closingAt))
  return 0
}

/** Serves until a stop signal. Also finishes interrupted exports, and adds samples to an empty library. */
export const serveCommand: Command = {
  usage: 'serve',
  about: 'Serves until Ctrl-C, finishes interrupted exports, and adds samples to an empty library.',
  words: [],
  needsLibrary: alwaysNeedsLibrary,
  run: async ({ config: initial, args, print, report }) => {
    if (args.length > 0) throw usageError('serve')
    let isServing = false
    const stop = listenForStop(() => (isServing ? budgetOf(initial).total / 1000 : closingSeconds))
    const config = await resolvePort(initial)
    const running = withNewLibrary(config, async (larder, created) => {
      if (stop.isRequested()) return 0
      isServing = true
      return serve(larder, { config, created, print, report, stop })
    })
    return stop.track('opening or closing of database, object store and cache', running)
  },
}

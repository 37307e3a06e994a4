import type { Larder } from '../composition/larder.ts'
import type { Config } from '../config/settings.ts'
import { closeServer, startListening } from '../server/listening.ts'
import { alwaysNeedsLibrary, type Command, usageError } from './command.ts'
import { withNewLibrary } from './library.ts'
import { closingSeconds, planStopBudget } from './stop-budget.ts'
import { listenForStop } from './stop-request.ts'

type HealthServer = { readonly port: number | null; readonly close: () => Promise<void> }

/** Starts the server of health checks, if there is to be one. */
const startHealthServer = async (larder: Larder, config: Config): Promise<HealthServer> => {
  if (config.workerPort === null) return { port: null, close: async () => undefined }
  const { createHealthServer } = await import('../composition/http.ts')
  const { server } = createHealthServer(larder, config)
  const { host, workerPort } = config
  const { port } = await startListening(server, { host, port: workerPort, setting: 'WORKER_PORT' })
  return { port, close: () => closeServer(server) }
}

/** Does jobs until a stop signal, and serves no media. */
export const workerCommand: Command = {
  usage: 'worker',
  about: 'Makes exports that wait in the queue until Ctrl-C, JOBS at a time, and serves nothing.',
  words: [],
  needsLibrary: alwaysNeedsLibrary,
  run: async ({ config, args, print, report }) => {
    if (args.length > 0) throw usageError('worker')
    const budget = planStopBudget({ graceSeconds: config.shutdownGraceSeconds, lameDuckSeconds: 0 })
    let isWorking = false
    const stop = listenForStop(() => (isWorking ? budget.total / 1000 : closingSeconds))
    const running = withNewLibrary(config, async (larder) => {
      if (stop.isRequested()) return 0
      isWorking = true
      const { port, close } = await startHealthServer(larder, config)
      const message = `Larder waits for jobs${port === null ? '' : ` (health checks on port ${port})`}`
      report({ lines: [message], json: { message, port } })
      const { createWorkerTasks } = await import('../worker/worker-tasks.ts')
      const work = createWorkerTasks(larder, config, print)
      const working = work.run()
      await stop.requested
      await stop.track('jobs', Promise.all([work.stop(budget.work), working]))
      await close()
      return 0
    })
    return stop.track('opening or closing of database, object store and cache', running)
  },
}

import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createHttpApp, type Larder, withServices } from '../composition.ts'
import type { Config } from '../config.ts'
import { type Command, type CommandContext, Failure, wrongUsage } from './command.ts'
import { createPantryWork } from './pantry-work.ts'

const listen = (server: Server, { host, port }: Config): Promise<AddressInfo> =>
  new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE')
        reject(new Failure(`port ${port} of ${host} is in use: stop what uses it, or set PORT to another`))
      else if (error.code === 'EACCES')
        reject(new Failure(`port ${port} may not be used by this user: set PORT to another`))
      else
        reject(
          new Failure(`cannot listen on ${host}: ${error.message}; set HOST to an address of this machine`),
        )
    })
    server.listen(port, host, () => resolve(server.address() as AddressInfo))
  })

/** npm hands on to us the Ctrl-C that the terminal has sent to us already: what comes so soon is the same one. */
const echoMilliseconds = 500

const untilSignal = (): Promise<void> =>
  new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => {
        resolve()
        process.on(signal, () => undefined)
        // Whoever asks again does not want to wait.
        setTimeout(() => process.once(signal, () => process.exit(130)), echoMilliseconds).unref()
      })
    }
  })

/** Stops accepting, lets what is in flight end for a while, then cuts it off (wire.md §10). */
const close = (server: Server, graceSeconds: number): Promise<void> =>
  new Promise((resolve) => {
    const cutOff = setTimeout(() => server.closeAllConnections(), graceSeconds * 1000)
    server.close(() => {
      clearTimeout(cutOff)
      resolve()
    })
    server.closeIdleConnections()
  })

const serve = async (larder: Larder, { config, print }: CommandContext): Promise<number> => {
  const server = createServer(createHttpApp(larder, config).callback())
  const { port } = await listen(server, config)
  const stopped = untilSignal()
  print(`Larder answers at ${config.publicUrl}${port === config.port ? '' : ` (port ${port})`}`)

  const work = createPantryWork(larder, config, print)
  const working = work.run()
  await stopped
  await Promise.all([work.stop(), close(server, config.shutdownGraceSeconds)])
  await working
  return 0
}

/** Serves until it is told to stop; meanwhile finishes what was cut off, and fills an empty library with samples. */
export const serveCommand: Command = {
  usage: 'serve',
  run: (context) => {
    if (context.args.length > 0) throw wrongUsage('serve')
    return withServices(context.config, (larder) => serve(larder, context))
  },
}

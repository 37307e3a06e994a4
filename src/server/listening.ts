import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Config } from '../config/settings.ts'
import { UserError } from '../domain/shared/user-error.ts'

/** Connections that the system keeps until they are accepted; Node's 511 are fewer than what comes at a busy start. */
const backlog = 4096

/** Gives the port, which is the system's choice where `port` is 0. Throws a UserError. */
export const listenOn = (
  server: Server,
  { host, port }: Pick<Config, 'host' | 'port'>,
): Promise<AddressInfo> =>
  new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE')
        reject(new UserError(`port ${port} of ${host} is in use: stop what uses it, or set PORT to another`))
      else if (error.code === 'EACCES')
        reject(new UserError(`port ${port} may not be used by this user: set PORT to another`))
      else
        reject(
          new UserError(`cannot listen on ${host}: ${error.message}; set HOST to an address of this machine`),
        )
    })
    server.listen({ port, host, backlog }, () => resolve(server.address() as AddressInfo))
  })

/**
 * The same settings with a port that is free where they leave it to the system: URLs are made of it, long before it is
 * listened on. Another process may still be faster; `listen` says so then.
 */
export const resolvePort = async (config: Config): Promise<Config> => {
  if (config.port !== 0) return config
  const probe = createServer()
  const { port } = await listenOn(probe, config)
  await closeServer(probe)
  return { ...config, port, publicUrl: config.publicUrl.replace(/:0$/, `:${port}`) }
}

/** Closes it at once, whatever is under way. */
export const closeServer = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })

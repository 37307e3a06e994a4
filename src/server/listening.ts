import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Config } from '../config/settings.ts'
import { UserError } from '../domain/shared/user-error.ts'

/**
 * Maximum number of connections that wait to be accepted. Node's default of 511 is too low if many clients
 * connect when the server starts.
 */
const backlog = 4096

type Listening = Pick<Config, 'host' | 'port'> & {
  /** Name of the setting of the port, for messages. */
  readonly setting?: 'PORT' | 'WORKER_PORT'
}

/**
 * Resolves with the address of the server. If `port` is 0, the system chooses the port. Rejects with a
 * UserError.
 */
export const startListening = (
  server: Server,
  { host, port, setting = 'PORT' }: Listening,
): Promise<AddressInfo> =>
  new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE')
        reject(
          new UserError(`port ${port} of ${host} is in use: stop what uses it, or set ${setting} to another`),
        )
      else if (error.code === 'EACCES')
        reject(new UserError(`port ${port} may not be used by this user: set ${setting} to another`))
      else
        reject(
          new UserError(`cannot listen on ${host}: ${error.message}; set HOST to an address of this machine`),
        )
    })
    server.listen({ port, host, backlog }, () => resolve(server.address() as AddressInfo))
  })

/**
 * Replaces port 0 by a free port, because URLs that contain the port are built long before the server
 * listens. If another process takes the port first, `startListening` rejects.
 */
export const resolvePort = async (config: Config): Promise<Config> => {
  if (config.port !== 0) return config
  const probe = createServer()
  const { port } = await startListening(probe, config)
  await closeServer(probe)
  return { ...config, port, publicUrl: config.publicUrl.replace(/:0$/, `:${port}`) }
}

/** Closes the server at once, including active connections. */
export const closeServer = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })

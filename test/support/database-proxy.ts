import type { PgConnection } from '../../src/adapters/knex/create-knex.ts'
import { startTcpFaultProxy, type TcpFaultProxy } from './tcp-fault-proxy.ts'

export type DatabaseProxy = TcpFaultProxy & {
  /** Connects to the database through the proxy. */
  readonly connection: PgConnection
}

/** The message by which a client says that it closes the connection (PostgreSQL, message formats). */
export const terminate = Buffer.from([0x58, 0, 0, 0, 4])

/** Starts a fault proxy in front of a real PostgreSQL, which listens on a socket or on a port. */
export const startDatabaseProxy = async (target: PgConnection): Promise<DatabaseProxy> => {
  if ('connectionString' in target) {
    const url = new URL(target.connectionString)
    const proxy = await startTcpFaultProxy(`http://${url.hostname}:${url.port || 5432}`)
    Object.assign(url, { hostname: '127.0.0.1', port: String(proxy.port) })
    return { ...proxy, connection: { connectionString: url.href } }
  }
  const { host, port } = target
  const proxy = await startTcpFaultProxy(
    host.startsWith('/') ? `${host}/.s.PGSQL.${port}` : `http://${host}:${port}`,
  )
  return { ...proxy, connection: { ...target, host: '127.0.0.1', port: proxy.port } }
}

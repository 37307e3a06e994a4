import type { PgConnection } from '../../src/adapters/knex/create-knex.ts'
import { startTcpFaultProxy, type TcpFaultProxy } from './tcp-fault-proxy.ts'

export type DatabaseProxy = TcpFaultProxy & {
  /** Where the database is, through the proxy. */
  readonly connection: PgConnection
}

/** A fault proxy in front of a real PostgreSQL, be it on a socket or on a port. */
export const startDatabaseProxy = async (place: PgConnection): Promise<DatabaseProxy> => {
  if ('connectionString' in place) {
    const url = new URL(place.connectionString)
    const proxy = await startTcpFaultProxy(`http://${url.hostname}:${url.port || 5432}`)
    Object.assign(url, { hostname: '127.0.0.1', port: String(proxy.port) })
    return { ...proxy, connection: { connectionString: url.href } }
  }
  const { host, port } = place
  const proxy = await startTcpFaultProxy(
    host.startsWith('/') ? `${host}/.s.PGSQL.${port}` : `http://${host}:${port}`,
  )
  return { ...proxy, connection: { ...place, host: '127.0.0.1', port: proxy.port } }
}

import { join } from 'node:path'
import type { Knex } from 'knex'
import { createKnex } from '../../src/adapters/knex/create-knex.ts'
import { createEmbeddedConnection } from '../../src/adapters/postgres-embedded/embedded-connection.ts'
import { registerWriter } from './scratch.ts'

/**
 * Connects to the embedded PostgreSQL of a library, and starts it if it does not run. `close` closes the connection and
 * releases the server.
 */
export const openLibraryDatabase = async (
  dataDir: string,
): Promise<{ readonly db: Knex; readonly close: () => Promise<void> }> => {
  const embedded = createEmbeddedConnection(join(dataDir, 'postgres'))
  // The server is started first, because the pool does not wait for its start.
  await embedded.get()
  const db = createKnex(embedded.get, 1)
  const close = async () => {
    forget()
    await db.destroy()
    await embedded.stop()
  }
  const forget = registerWriter({ paths: [dataDir], end: close })
  return { db, close }
}

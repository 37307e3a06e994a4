import type { EmbeddedPostgres } from './embedded-postgres.ts'
import { startEmbeddedPostgres } from './embedded-postgres.ts'

export type EmbeddedConnection = {
  /** Returns the server's address. Starts the server if it does not run: at first, or after it was killed. */
  readonly get: () => Promise<EmbeddedPostgres['connection']>
  /** Releases the server, if it was ever started. */
  readonly stop: () => Promise<void>
}

/** Manages the embedded server with its data below `dir`. It starts with the first connection. */
export const createEmbeddedConnection = (dir: string): EmbeddedConnection => {
  let server: EmbeddedPostgres | undefined
  let starting: Promise<EmbeddedPostgres> | undefined

  const restart = async (): Promise<EmbeddedPostgres> => {
    await server?.stop()
    server = undefined
    server = await startEmbeddedPostgres(dir)
    return server
  }

  return {
    get: async () => {
      if (server?.isRunning() === true) return server.connection
      starting ??= restart().finally(() => {
        starting = undefined
      })
      return (await starting).connection
    },
    stop: async () => {
      await starting?.catch(() => undefined)
      await server?.stop()
    },
  }
}

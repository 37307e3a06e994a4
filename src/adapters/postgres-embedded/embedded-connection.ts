import type { EmbeddedPostgres } from './embedded-postgres.ts'
import { startEmbeddedPostgres } from './embedded-postgres.ts'

export type EmbeddedConnection = {
  /**
   * Returns the server's address. Starts the server if it does not run, for the first time or after it was
   * killed.
   */
  readonly get: () => Promise<EmbeddedPostgres['connection']>
  /** Releases the server, if it was started. */
  readonly stop: () => Promise<void>
}

/** Manages the embedded server whose data is below `dir`. The first call of `get` starts it. */
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

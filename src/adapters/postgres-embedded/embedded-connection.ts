import type { EmbeddedPostgres } from './embedded-postgres.ts'
import { startEmbeddedPostgres } from './embedded-postgres.ts'

export type EmbeddedConnection = {
  /** Where the server is; starts it when it does not run, be it for the first time or because it was killed. */
  readonly get: () => Promise<EmbeddedPostgres['connection']>
  /** Lets go of the server, if it was ever asked for. */
  readonly stop: () => Promise<void>
}

/** The embedded server with its data below `dir`, started when the first connection is wanted. */
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

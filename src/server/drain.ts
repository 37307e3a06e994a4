import type { Server, ServerResponse } from 'node:http'
import { Server as NetServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  activeReply,
  type Connection,
  endGracefully,
  endGracefullyAfterReply,
  runAfterReply,
} from './connections.ts'

export type DrainTimes = {
  /**
   * Duration of the lame-duck phase (ms), in which the server still accepts connections but announces its
   * shutdown.
   */
  readonly lameDuckMilliseconds: number
  /** Time in milliseconds from the start of the drain until the remaining connections are closed by force. */
  readonly cutOffMilliseconds: number
}

/** Shuts down a server so that clients which behave correctly get no connection resets (http-api.md §10). */
export type Drain = {
  readonly isStarted: () => boolean
  /** Makes a reply the last one on its connection. Called for each reply during the drain. */
  readonly lastReply: (connection: Connection, res: ServerResponse) => void
  /** Drains the server. Resolves when all connections are closed. */
  readonly run: (times: DrainTimes) => Promise<void>
}

/**
 * Creates a drain with three steps. In the lame-duck phase the server still serves, but each reply has
 * `Connection: close`, so that load balancers and clients switch to other servers. After this phase the
 * server stops accepting connections. Idle connections end at once, and busy ones after their reply. After
 * `cutOffMilliseconds` all remaining connections are closed.
 */
export const createDrain = (server: Server, connections: Iterable<Connection>): Drain => {
  let hasStarted = false

  const lastReply: Drain['lastReply'] = (connection, res) => {
    if (!res.headersSent) res.shouldKeepAlive = false
    endGracefullyAfterReply(connection)
  }

  const lameDuck = (): void => {
    hasStarted = true
    for (const connection of connections) {
      const reply = activeReply(connection)
      if (reply !== null) lastReply(connection, reply)
    }
  }

  const endConnections = (): Promise<void> =>
    new Promise((resolve) => {
      // The HTTP server's own `close` is not used, because it destroys idle connections. A request that is
      // just arriving on an idle connection would get a reset.
      NetServer.prototype.close.call(server, () => resolve())
      for (const connection of connections) runAfterReply(connection, () => endGracefully(connection))
    })

  return {
    isStarted: () => hasStarted,
    lastReply,
    run: async ({ lameDuckMilliseconds, cutOffMilliseconds }) => {
      lameDuck()
      const cutOff = setTimeout(() => {
        for (const connection of connections) connection.destroy()
      }, cutOffMilliseconds)
      await sleep(Math.min(lameDuckMilliseconds, cutOffMilliseconds))
      await endConnections()
      clearTimeout(cutOff)
    },
  }
}

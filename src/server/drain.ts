import type { Server, ServerResponse } from 'node:http'
import { Server as NetServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  activeReply,
  afterReplies,
  type Connection,
  endGracefully,
  endGracefullyAfterReply,
} from './connections.ts'

export type DrainTimes = {
  /** Time for which the server still accepts connections while it announces its shutdown. */
  readonly lameDuckMilliseconds: number
  /** Time from the start of the drain until open connections are closed by force. */
  readonly cutOffMilliseconds: number
}

/** Shuts a server down without resets of the connections of well-behaved clients (http-api.md §10). */
export type Drain = {
  readonly isStarted: () => boolean
  /** Marks a reply as the last one on its connection. */
  readonly lastReply: (connection: Connection, res: ServerResponse) => void
  /** Drains the server. Resolves when no connection is open. */
  readonly run: (times: DrainTimes) => Promise<void>
}

/**
 * Creates a drain with three steps. In the lame-duck phase the server still serves, but each reply has
 * `Connection: close`, so that load balancers and clients switch to other servers. Then it stops accepting
 * connections: idle connections end at once, and busy ones after their reply. At the cut-off all remaining
 * connections are closed.
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
      // just arriving on one of them would get a reset.
      NetServer.prototype.close.call(server, () => resolve())
      for (const connection of connections) afterReplies(connection, () => endGracefully(connection))
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

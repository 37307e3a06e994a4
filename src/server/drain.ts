import type { Server, ServerResponse } from 'node:http'
import { Server as NetServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  afterReplies,
  type Connection,
  endGently,
  endGentlyAfterReply,
  replyUnderWay,
} from './connections.ts'

export type DrainTimes = {
  /** For how long it goes on accepting, and says that it is about to end. */
  readonly lameDuckMilliseconds: number
  /** From the start on; then what is under way is cut off. */
  readonly cutOffMilliseconds: number
}

/** How a server ends without a reset for clients that did nothing wrong (http-api.md §10). */
export type Drain = {
  readonly isStarted: () => boolean
  /** Makes this the last reply of its connection. */
  readonly lastReply: (connection: Connection, res: ServerResponse) => void
  /** Resolves when no connection is open any more. */
  readonly run: (times: DrainTimes) => Promise<void>
}

/**
 * Three steps. As a lame duck it serves on, and each reply says `Connection: close`, so that balancers and clients go
 * elsewhere by themselves. Then it stops accepting; idle connections end, busy ones after their reply. What is left
 * at the cut-off is closed.
 */
export const createDrain = (server: Server, connections: Iterable<Connection>): Drain => {
  let isStarted = false

  const lastReply: Drain['lastReply'] = (connection, res) => {
    if (!res.headersSent) res.shouldKeepAlive = false
    endGentlyAfterReply(connection)
  }

  const lameDuck = (): void => {
    isStarted = true
    for (const connection of connections) {
      const reply = replyUnderWay(connection)
      if (reply !== null) lastReply(connection, reply)
    }
  }

  const endConnections = (): Promise<void> =>
    new Promise((resolve) => {
      // Not the HTTP server's own `close`, which destroys idle connections: a request that is just coming in on one of
      // them would meet a reset.
      NetServer.prototype.close.call(server, () => resolve())
      for (const connection of connections) afterReplies(connection, () => endGently(connection))
    })

  return {
    isStarted: () => isStarted,
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

import type { Server } from 'node:http'
import { type Connection, stalledMilliseconds } from './connections.ts'

/**
 * Resets a connection whose client accepts no pending bytes for too long, because its reply occupies memory.
 * All connections are checked periodically, because a timer for each write would slow down fast replies.
 */
export const startResettingStalledClients = (
  server: Server,
  connections: Iterable<Connection>,
  limitMs: number,
  onReset: () => void,
): void => {
  const checkAll = (): void => {
    const now = performance.now()
    for (const connection of connections) {
      if (stalledMilliseconds(connection, now) < limitMs) continue
      onReset()
      // `destroy` would not be enough, because the operating system would still try to send the bytes that it
      // has accepted.
      connection.resetAndDestroy()
    }
  }
  const timer = setInterval(checkAll, Math.max(50, limitMs / 8)).unref()
  server.once('close', () => clearInterval(timer))
}

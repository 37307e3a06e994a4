import type { Server } from 'node:http'
import { type Connection, stalledFor } from './connections.ts'

/**
 * Cuts connections whose client takes no byte of what waits for it, in whatever way that was written. Every one that
 * stays holds the memory of its reply. All are looked at from time to time: a timer for each write would cost the
 * replies that are fast.
 */
export const cutStalled = (
  server: Server,
  connections: Iterable<Connection>,
  limitMilliseconds: number,
  onCut: () => void,
): void => {
  const look = (): void => {
    const now = performance.now()
    for (const connection of connections) {
      if (stalledFor(connection, now) < limitMilliseconds) continue
      onCut()
      // Not `destroy`: the system would go on offering what it has taken.
      connection.resetAndDestroy()
    }
  }
  const timer = setInterval(look, Math.max(50, limitMilliseconds / 8)).unref()
  server.once('close', () => clearInterval(timer))
}

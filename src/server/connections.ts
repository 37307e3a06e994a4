import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

const lastReply = Symbol('last reply')
const closing = Symbol('closing')
const progress = Symbol('progress')

type Progress = { completed: number; queued: number; since: number }

/** A client connection, with the state that Larder stores for it. */
export type Connection = Socket & {
  [lastReply]?: ServerResponse
  [closing]?: true
  [progress]?: Progress
  /** The internal handle of a Node socket. The handle is missing after the connection was closed. */
  readonly _handle?: { readonly writeQueueSize?: number } | null
}

/**
 * After the server has ended a connection, it still reads for this time (ms), because a reset would destroy
 * the last reply.
 */
const lingerMilliseconds = 1000

/** Records the latest reply on a connection. */
export const recordReply = (connection: Connection, res: ServerResponse): void => {
  connection[lastReply] = res
}

/** Returns the latest reply if it, or an earlier reply, is still being sent; otherwise `null`. */
export const activeReply = (connection: Connection): ServerResponse | null => {
  const reply = connection[lastReply]
  return reply === undefined || reply.writableFinished || reply.destroyed ? null : reply
}

/**
 * Returns whether a request that is still arriving already has a reply, so that no second reply may be sent.
 */
export const hasEarlyReply = (connection: Connection): boolean =>
  connection[lastReply]?.req.complete === false

/** Returns whether the server has ended the connection, so that further requests get no reply. */
export const isClosing = (connection: Connection): boolean => connection[closing] === true

/**
 * Runs `action` after all active replies were sent. If the connection breaks before that, `action` never
 * runs.
 */
export const runAfterReply = (connection: Connection, action: () => void): void => {
  const reply = activeReply(connection)
  if (reply === null) action()
  // A reply to another request on this connection may have started meanwhile, so this is checked again.
  else reply.once('finish', () => runAfterReply(connection, action))
}

/**
 * Closes a connection in stages (RFC 9112 §9.6). The server sends pending data, ends its side of the
 * connection, and then reads and discards input for a while. If the connection were closed at once, further
 * input would cause a TCP reset, which may destroy the reply before the client has read it.
 */
export const endGracefully = (connection: Connection, last?: string | Uint8Array): void => {
  if (connection[closing]) return
  connection[closing] = true
  const timer = setTimeout(() => connection.destroy(), lingerMilliseconds).unref()
  connection.once('close', () => clearTimeout(timer))
  // If the client breaks the connection now, no other listener handles the error.
  connection.on('error', () => undefined)
  if (last === undefined) connection.end()
  else connection.end(last)
  connection.resume()
}

/** Makes Node call `endGracefully` when it would otherwise close the connection after the last reply. */
export const endGracefullyAfterReply = (connection: Connection): void => {
  connection.destroySoon = () => endGracefully(connection)
}

/** Returns for how many milliseconds the client has accepted no pending bytes; 0 if no bytes are pending. */
export const stalledMilliseconds = (connection: Connection, now: number): number => {
  if (connection.writableLength === 0) {
    delete connection[progress]
    return 0
  }
  // Progress means that a write was completed, or that the operating system has accepted more of the current
  // write.
  const completed = connection.bytesWritten - connection.writableLength
  const queued = connection._handle?.writeQueueSize ?? 0
  const before = connection[progress]
  if (before !== undefined && before.completed === completed && before.queued <= queued) {
    return now - before.since
  }
  connection[progress] = { completed, queued, since: now }
  return 0
}

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
  /** Node-internal. It is missing after the connection is closed. */
  readonly _handle?: { readonly writeQueueSize?: number } | null
}

/**
 * Time for which the server still reads after it has ended a connection, so that no reset destroys the last
 * reply.
 */
const lingerMilliseconds = 1000

/** Records the latest reply on a connection. Hot path. */
export const recordReply = (connection: Connection, res: ServerResponse): void => {
  connection[lastReply] = res
}

/** Returns the latest reply if it, or an earlier reply, is still being sent; otherwise `null`. */
export const activeReply = (connection: Connection): ServerResponse | null => {
  const reply = connection[lastReply]
  return reply === undefined || reply.writableFinished || reply.destroyed ? null : reply
}

/**
 * Returns whether a request that is still arriving already has a reply, so that it must not get a second one.
 */
export const hasEarlyReply = (connection: Connection): boolean =>
  connection[lastReply]?.req.complete === false

/** Returns whether the server has ended the connection, so that further requests get no reply. */
export const isClosing = (connection: Connection): boolean => connection[closing] === true

/** Runs `action` after all active replies were sent. It never runs if the connection breaks before that. */
export const afterReplies = (connection: Connection, action: () => void): void => {
  const reply = activeReply(connection)
  if (reply === null) action()
  // Another reply may have started meanwhile.
  else reply.once('finish', () => afterReplies(connection, action))
}

/**
 * Closes a connection in stages (RFC 9112 §9.6). It sends pending data, ends the server's side, and then
 * reads and discards input for a while. If the connection were closed at once, further input would cause a
 * TCP reset, which may destroy the reply before the client has read it.
 */
export const endGracefully = (connection: Connection, last?: string | Uint8Array): void => {
  if (connection[closing]) return
  connection[closing] = true
  const timer = setTimeout(() => connection.destroy(), lingerMilliseconds).unref()
  connection.once('close', () => clearTimeout(timer))
  // If the client breaks the connection now, nothing else handles the error.
  connection.on('error', () => undefined)
  if (last === undefined) connection.end()
  else connection.end(last)
  connection.resume()
}

/** Makes Node call `endGracefully` when it would otherwise close the connection after the last reply. */
export const endGracefullyAfterReply = (connection: Connection): void => {
  connection.destroySoon = () => endGracefully(connection)
}

/** Returns the milliseconds for which the client has accepted no pending bytes; 0 if no bytes are pending. */
export const stalledMilliseconds = (connection: Connection, now: number): number => {
  if (connection.writableLength === 0) {
    delete connection[progress]
    return 0
  }
  // Progress is measured by completed writes, and by the rest of the current write that the system has not
  // accepted yet.
  const completed = connection.bytesWritten - connection.writableLength
  const queued = connection._handle?.writeQueueSize ?? 0
  const before = connection[progress]
  if (before !== undefined && before.completed === completed && before.queued <= queued) {
    return now - before.since
  }
  connection[progress] = { completed, queued, since: now }
  return 0
}

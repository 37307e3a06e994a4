import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

const lastReply = Symbol('last reply')
const closing = Symbol('closing')
const progress = Symbol('progress')

type Progress = { completed: number; queued: number; since: number }

/** A client's connection, and what is noted on it. */
export type Connection = Socket & {
  [lastReply]?: ServerResponse
  [closing]?: true
  [progress]?: Progress
  /** Node's own; `undefined` once it is closed. */
  readonly _handle?: { readonly writeQueueSize?: number } | null
}

/** How long a connection that was ended from this side is read from, so that its last reply is not lost by a reset. */
const lingerMilliseconds = 1000

/** Notes the reply that is the last one on its connection so far. Hot path. */
export const noteReply = (connection: Connection, res: ServerResponse): void => {
  connection[lastReply] = res
}

/** The reply that was begun last, while it, or one before it, is still under way. */
export const replyUnderWay = (connection: Connection): ServerResponse | null => {
  const reply = connection[lastReply]
  return reply === undefined || reply.writableFinished || reply.destroyed ? null : reply
}

/** Whether the request that is still arriving has its reply, or will have it: then there can be no other one to it. */
export const isAnswered = (connection: Connection): boolean => connection[lastReply]?.req.complete === false

/** Whether no request on it is answered any more. */
export const isClosing = (connection: Connection): boolean => connection[closing] === true

/** Does something when all replies that are under way on the connection have left; never, if it breaks before. */
export const afterReplies = (connection: Connection, action: () => void): void => {
  const reply = replyUnderWay(connection)
  if (reply === null) action()
  // Another one may have been begun meanwhile.
  else reply.once('finish', () => afterReplies(connection, action))
}

/**
 * Ends the connection, as RFC 9112 §9.6 has it: what has been written leaves, then the end; what the client still
 * sends is read and dropped for a while. Closed at once, the system would answer those bytes with a reset, which may
 * overtake the reply.
 */
export const endGently = (connection: Connection, last?: string | Uint8Array): void => {
  if (connection[closing]) return
  connection[closing] = true
  const timer = setTimeout(() => connection.destroy(), lingerMilliseconds).unref()
  connection.once('close', () => clearTimeout(timer))
  // Broken by the client meanwhile: there is no one to tell.
  connection.on('error', () => undefined)
  if (last === undefined) connection.end()
  else connection.end(last)
  connection.resume()
}

/** Has Node end the connection gently, too, where it would close it after the last reply. */
export const endGentlyAfterReply = (connection: Connection): void => {
  connection.destroySoon = () => endGently(connection)
}

/** Milliseconds for which the client has taken none of the bytes that wait for it; 0: none wait. */
export const stalledFor = (connection: Connection, now: number): number => {
  if (connection.writableLength === 0) {
    delete connection[progress]
    return 0
  }
  // Whole writes, and what the system has not taken yet of the one under way.
  const completed = connection.bytesWritten - connection.writableLength
  const queued = connection._handle?.writeQueueSize ?? 0
  const before = connection[progress]
  if (before !== undefined && before.completed === completed && before.queued <= queued) {
    return now - before.since
  }
  connection[progress] = { completed, queued, since: now }
  return 0
}

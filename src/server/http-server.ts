import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { Lifecycle } from '../http/lifecycle.ts'
import type { Limits } from '../http/limits.ts'
import type { Traffic } from '../http/middleware/traffic.ts'
import type { ReadyReply } from '../http/response/reply.ts'
import {
  afterReplies,
  type Connection,
  endGently,
  endGentlyAfterReply,
  isAnswered,
  isClosing,
  noteReply,
} from './connections.ts'
import { createDrain, type Drain } from './drain.ts'
import { asLastReply, replyToBroken, replyToConnect } from './protocol-errors.ts'
import { cutStalled } from './stalled-clients.ts'

export type HttpServer = { readonly server: Server; readonly drain: Drain }

/** What the app has to know of the server that it is in. */
export type ServerContext = {
  readonly limits: Limits
  readonly traffic: Traffic
  readonly lifecycle: Lifecycle
}

type Deps = {
  readonly createApp: (common: ServerContext) => RequestListener
  readonly limits: Limits
  readonly traffic: Traffic
}

/** Node looks for what is overdue at this interval. */
const checkMilliseconds = (limits: Limits): number =>
  Math.max(100, Math.min(limits.headerMilliseconds, limits.requestMilliseconds, 8000) / 4)

/**
 * Node's server, with every bound of ours, and no reply of Node's own: what Node would write into a connection by
 * itself (100 Continue, 400, 408, 413, 417, 431) may land amid another reply, and has none of our headers.
 */
export const createHttpServer = ({ createApp, limits, traffic }: Deps): HttpServer => {
  const connections = new Set<Connection>()
  const server = createServer({
    maxHeaderSize: limits.headerBytes,
    headersTimeout: Math.min(limits.headerMilliseconds, limits.requestMilliseconds),
    requestTimeout: limits.requestMilliseconds,
    keepAliveTimeout: limits.keepAliveMilliseconds,
    connectionsCheckingInterval: checkMilliseconds(limits),
    // The app looks itself, and answers in the form of all errors.
    requireHostHeader: false,
  })
  server.maxConnections = limits.connections
  // Node drops headers beyond this number in silence; their bytes are bounded.
  server.maxHeadersCount = 0
  const drain = createDrain(server, connections)
  const app = createApp({ limits, traffic, lifecycle: { isStopping: drain.isStarted } })

  server.on('connection', (connection: Connection) => {
    connections.add(connection)
    traffic.connections.open += 1
    connection.once('close', () => {
      connections.delete(connection)
      traffic.connections.open -= 1
    })
  })
  server.on('drop', () => {
    traffic.connections.dropped += 1
  })

  const answer = (req: IncomingMessage, res: ServerResponse): void => {
    const connection: Connection = req.socket
    // Whatever comes after the last reply has no reader.
    if (isClosing(connection)) return
    noteReply(connection, res)
    if (drain.isStarted()) drain.lastReply(connection, res)
    app(req, res)
    if (!res.shouldKeepAlive || req.headers.expect !== undefined) endGentlyAfterReply(connection)
  }
  server.on('request', answer)
  // A final reply does as well as "100 Continue", which Node would put in front of a body that is on its way: no route
  // reads a body. Node closes such a connection after its reply.
  server.on('checkContinue', answer)
  server.on('checkExpectation', answer)

  /** Ends the connection behind the replies that are under way, with one more or without. */
  const endWith = (connection: Connection, reply: ReadyReply | null): void =>
    afterReplies(connection, () => {
      if (connection.writable) endGently(connection, reply === null ? undefined : asLastReply(reply))
      else connection.destroy()
    })

  const broken = new WeakSet<Connection>()
  server.on('clientError', (error: NodeJS.ErrnoException, connection: Connection) => {
    if (isClosing(connection) || broken.has(connection)) return
    broken.add(connection)
    const isReset = error.code === 'ECONNRESET' || error.code === 'EPIPE' || !connection.writable
    if (isReset) {
      connection.destroy()
      return
    }
    const isLate = error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
    traffic.connections[isLate ? 'timed_out' : 'malformed'] += 1
    // A browser opens connections ahead of need: on one that never asked, a reply would be to nothing.
    const hasReply = isAnswered(connection) || (isLate && connection.bytesRead === 0)
    endWith(connection, hasReply ? null : replyToBroken(error))
  })

  server.on('connect', (_req: IncomingMessage, socket) => {
    const connection = socket as Connection
    connection.on('error', () => connection.destroy())
    endWith(connection, replyToConnect)
  })

  cutStalled(server, connections, limits.stallMilliseconds, () => {
    traffic.connections.stalled += 1
  })
  return { server, drain }
}

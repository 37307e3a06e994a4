import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { HttpLimits } from '../http/http-limits.ts'
import type { ServerLifecycle } from '../http/lifecycle.ts'
import { hasBody } from '../http/middleware/early-refusal.ts'
import type { TrafficCounters } from '../http/middleware/traffic-counters.ts'
import { isReceivingUpload } from '../http/request/upload-body.ts'
import type { BufferedReply } from '../http/response/reply.ts'
import {
  type Connection,
  endGracefully,
  endGracefullyAfterReply,
  hasEarlyReply,
  isClosing,
  recordReply,
  runAfterReply,
} from './connections.ts'
import { createDrain, type Drain } from './drain.ts'
import { connectMethodReply, formatFinalReply, malformedRequestReply } from './protocol-errors.ts'
import { startResettingStalledClients } from './stalled-clients.ts'

export type HttpServer = { readonly server: Server; readonly drain: Drain }

/** The objects that the server passes to the app. */
export type ServerContext = {
  readonly limits: HttpLimits
  readonly traffic: TrafficCounters
  readonly lifecycle: ServerLifecycle
}

type Deps = {
  readonly createApp: (common: ServerContext) => RequestListener
  readonly limits: HttpLimits
  readonly traffic: TrafficCounters
}

/** Returns the interval at which Node checks for requests that exceed their time limit. */
const checkMilliseconds = (limits: HttpLimits): number =>
  Math.max(100, Math.min(limits.headerMilliseconds, limits.requestMilliseconds, 8000) / 4)

/**
 * Creates Node's HTTP server with all of Larder's limits, and without Node's own replies (100 Continue, 400,
 * 408, 413, 417, 431). Node may write its own replies into the middle of another reply, and they lack
 * Larder's headers.
 */
export const createHttpServer = ({ createApp, limits, traffic }: Deps): HttpServer => {
  const connections = new Set<Connection>()
  const server = createServer({
    maxHeaderSize: limits.headerBytes,
    headersTimeout: Math.min(limits.headerMilliseconds, limits.requestMilliseconds),
    requestTimeout: limits.requestMilliseconds,
    keepAliveTimeout: limits.keepAliveMilliseconds,
    connectionsCheckingInterval: checkMilliseconds(limits),
    // The app checks the Host header itself, so that the reply has Larder's error format.
    requireHostHeader: false,
  })
  server.maxConnections = limits.connections
  // The number of headers is not limited by Node, because Node would silently drop further headers. Their
  // total size is limited.
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
    // After the last reply on a connection, further requests on it get no reply.
    if (isClosing(connection)) return
    recordReply(connection, res)
    if (drain.isStarted()) drain.lastReply(connection, res)
    app(req, res)
    // The reply to a request with a body may be the last one, because the rest of the body does not arrive.
    if (!res.shouldKeepAlive || req.headers.expect !== undefined || hasBody(req))
      endGracefullyAfterReply(connection)
  }
  server.on('request', answer)
  // A route that reads the body sends "100 Continue" itself (request-body.ts). Any other route sends only its
  // final reply, and Node then closes the connection.
  server.on('checkContinue', answer)
  server.on('checkExpectation', answer)

  /** Ends a connection after its active replies. A `reply` is sent as the last one; `null`: none is sent. */
  const endWith = (connection: Connection, reply: BufferedReply | null): void =>
    runAfterReply(connection, () => {
      if (connection.writable) endGracefully(connection, reply === null ? undefined : formatFinalReply(reply))
      else connection.destroy()
    })

  const failed = new WeakSet<Connection>()
  server.on('clientError', (error: NodeJS.ErrnoException, connection: Connection) => {
    if (isClosing(connection) || failed.has(connection)) return
    // The reader of an upload has limits of its own. It ends at once if the client has ended the connection.
    const isUploading = isReceivingUpload(connection)
    if (isUploading && error.code === 'ERR_HTTP_REQUEST_TIMEOUT') return
    failed.add(connection)
    const isReset =
      error.code === 'ECONNRESET' || error.code === 'EPIPE' || isUploading || !connection.writable
    if (isReset) {
      connection.destroy()
      return
    }
    const isLate = error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
    traffic.connections[isLate ? 'timed_out' : 'malformed'] += 1
    // Browsers open connections in advance. If such a connection times out without any request, it gets no
    // reply.
    const needsNoReply = hasEarlyReply(connection) || (isLate && connection.bytesRead === 0)
    endWith(connection, needsNoReply ? null : malformedRequestReply(error))
  })

  server.on('connect', (_req: IncomingMessage, socket) => {
    const connection = socket as Connection
    connection.on('error', () => connection.destroy())
    endWith(connection, connectMethodReply)
  })

  startResettingStalledClients(server, connections, limits.stallMilliseconds, () => {
    traffic.connections.stalled += 1
  })
  return { server, drain }
}

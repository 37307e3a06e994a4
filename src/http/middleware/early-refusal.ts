import type { IncomingMessage } from 'node:http'
import { tooLarge } from '../../domain/shared/errors.ts'
import { parseRequestTarget } from '../request/request-target.ts'
import { errorReply, toErrorReply } from '../response/error-replies.ts'
import type { BufferedReply } from '../response/reply.ts'

/**
 * Reads and discards the body of a request. If more than `maxBytes` arrive, calls `onCut` and closes the
 * connection.
 */
export const discardBody = (req: IncomingMessage, maxBytes: number, onCut: () => void): void => {
  let bytes = 0
  req.on('data', (chunk: Uint8Array) => {
    bytes += chunk.length
    if (bytes <= maxBytes || req.socket.destroyed) return
    onCut()
    req.socket.destroy()
  })
  // A reader of the body that stopped early may still wait for its next piece, and has paused the request.
  req.removeAllListeners('readable')
  req.resume()
}

/** Returns whether the request has a body. */
export const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0

export const badRequestReply = (message: string): BufferedReply =>
  errorReply({ status: 400, type: 'bad_request', message })

const badTarget = badRequestReply('the request target is neither a path nor an http URL')
const badHost = badRequestReply('a request of HTTP/1.1 has exactly one Host header')
const badFraming = badRequestReply('the only supported transfer coding is chunked')
const badVersion = errorReply({ status: 505, type: 'bad_version', message: 'only HTTP/1.1 is supported' })
const badExpectation = errorReply({
  status: 417,
  type: 'bad_expectation',
  message: 'the only supported expectation is 100-continue',
})
export const headersTooLargeReply = errorReply({
  status: 431,
  type: 'too_large',
  message: 'the headers of the request are too large, or too many',
})

/**
 * Maximum number of headers. A limit is needed, because Node's limit in bytes alone would permit thousands of
 * short headers.
 */
const maxHeaders = 200

/**
 * Returns the number of Host headers. A second Host header is an error (RFC 9112 §3.2), but Node ignores it.
 */
const hostCount = ({ rawHeaders }: IncomingMessage): number => {
  let count = 0
  for (let i = 0; i < rawHeaders.length; i += 2)
    if (rawHeaders[i]?.length === 4 && rawHeaders[i]?.toLowerCase() === 'host') count += 1
  return count
}

/**
 * Validates a request before replay and routes. Returns the error reply; `null` if the request is valid. Must
 * be fast, because it runs for every request. Rewrites `req.url` to path and query, so that routes and replay
 * read the same target.
 */
export const refuseInvalidRequest = (req: IncomingMessage): BufferedReply | null => {
  const target = parseRequestTarget(req.method, req.url ?? '')
  // Later code must not read an invalid target, because URL parsers log a warning that contains the target.
  req.url = target ?? '/'
  if (target === null) return badTarget
  if (req.rawHeaders.length > 2 * maxHeaders) return headersTooLargeReply
  const { httpVersion, headers } = req
  const hosts = hostCount(req)
  if (httpVersion === '1.1') {
    if (hosts !== 1) return badHost
  } else if (httpVersion !== '1.0') return badVersion
  else if (hosts > 1) return badHost
  if (headers.expect !== undefined && !/^100-continue$/i.test(headers.expect)) return badExpectation
  // It is unknown where a body with another transfer coding ends (RFC 9112 §6.3). Node reports this error
  // only after the 'request' event.
  const coding = headers['transfer-encoding']
  return coding !== undefined && coding.toLowerCase() !== 'chunked' ? badFraming : null
}

/** Returns the error reply if the Content-Length of the request exceeds `maxBytes`; otherwise `null`. */
export const refuseLongBody = ({ headers }: IncomingMessage, maxBytes: number): BufferedReply | null =>
  Number(headers['content-length'] ?? 0) > maxBytes ? toErrorReply(tooLarge(maxBytes)) : null

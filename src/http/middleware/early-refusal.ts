import type { IncomingMessage } from 'node:http'
import { readTarget } from '../request/request-target.ts'
import { errorReply, type ReadyReply } from '../response/reply.ts'

/** Cuts the connection when more of a body arrives than it may have, where its length was not announced. */
export const boundBody = (req: IncomingMessage, maxBytes: number, onCut: () => void): void => {
  let bytes = 0
  req.on('data', (chunk: Uint8Array) => {
    bytes += chunk.length
    if (bytes <= maxBytes || req.socket.destroyed) return
    onCut()
    req.socket.destroy()
  })
}

export const badRequest = (message: string): ReadyReply =>
  errorReply({ status: 400, type: 'bad_request', message })

const badTarget = badRequest('the request target is neither a path nor an http URL')
const badHost = badRequest('a request of HTTP/1.1 has exactly one Host header')
const badFraming = badRequest('the only transfer coding that is understood is chunked')
const badVersion = errorReply({ status: 505, type: 'bad_version', message: 'this is a server of HTTP/1.1' })
const badExpectation = errorReply({
  status: 417,
  type: 'bad_expectation',
  message: 'the only expectation that is understood is 100-continue',
})
export const headersTooLarge = errorReply({
  status: 431,
  type: 'too_large',
  message: 'the headers of the request are too large, or too many',
})
const tooLarge = errorReply({
  status: 413,
  type: 'too_large',
  message: 'the body of the request is too large',
})

/** Short ones would be thousands within the limit of their bytes. */
const maxHeaders = 200

/** RFC 9112 §3.2: a second Host is an error, and Node passes it over. */
const hostCount = ({ rawHeaders }: IncomingMessage): number => {
  let count = 0
  for (let at = 0; at < rawHeaders.length; at += 2)
    if (rawHeaders[at]?.length === 4 && rawHeaders[at]?.toLowerCase() === 'host') count += 1
  return count
}

/**
 * What is wrong with a request before any route, or a kept reply, may look at it; `null`: nothing. Hot path. Rewrites
 * `req.url` to path and query, so that routes and replay read the same target.
 */
export const refuseEarly = (req: IncomingMessage, bodyBytes: number): ReadyReply | null => {
  const target = readTarget(req.method, req.url ?? '')
  // Nothing may read a target that is none: what parses URLs warns of one, and prints it.
  req.url = target ?? '/'
  if (target === null) return badTarget
  if (req.rawHeaders.length > 2 * maxHeaders) return headersTooLarge
  const { httpVersion, headers } = req
  const hosts = hostCount(req)
  if (httpVersion === '1.1') {
    if (hosts !== 1) return badHost
  } else if (httpVersion !== '1.0') return badVersion
  else if (hosts > 1) return badHost
  if (headers.expect !== undefined && !/^100-continue$/i.test(headers.expect)) return badExpectation
  // RFC 9112 §6.3: where such a body ends cannot be told. Node's parser says so only after the request is handed on.
  const coding = headers['transfer-encoding']
  if (coding !== undefined && coding.toLowerCase() !== 'chunked') return badFraming
  return Number(headers['content-length'] ?? 0) > bodyBytes ? tooLarge : null
}

import { STATUS_CODES } from 'node:http'
import { badRequest, headersTooLarge } from '../http/middleware/early-refusal.ts'
import { securityHeaders } from '../http/response/base-headers.ts'
import { errorReply, methodNotAllowed, type ReadyReply } from '../http/response/reply.ts'

const extensionsTooLarge = errorReply({
  status: 413,
  type: 'too_large',
  message: 'the chunk extensions of the request are too large',
})
const tooSlow = errorReply({ status: 408, type: 'timeout', message: 'the request did not arrive in time' })
const malformed = badRequest('this is not a request of HTTP/1.1')

const byCode: Readonly<Record<string, ReadyReply>> = {
  HPE_HEADER_OVERFLOW: headersTooLarge,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: extensionsTooLarge,
  ERR_HTTP_REQUEST_TIMEOUT: tooSlow,
}

/** The reply to a request that Node's parser did not take. */
export const replyToBroken = ({ code }: Pick<NodeJS.ErrnoException, 'code'>): ReadyReply =>
  byCode[code ?? ''] ?? malformed

/** Larder is no proxy. */
export const replyToConnect: ReadyReply = methodNotAllowed('GET, HEAD, OPTIONS')

/**
 * The reply as text, for a connection on which Node makes none. It is the last one there. It has no body: whether that
 * of a HEAD was asked for cannot be told of what is no request.
 */
export const asLastReply = ({ status, headers }: ReadyReply): string => {
  const fields = Object.assign({}, securityHeaders, headers, {
    'Content-Length': '0',
    Date: new Date().toUTCString(),
    Connection: 'close',
  })
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`)
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n`
}

import { STATUS_CODES } from 'node:http'
import { badRequestReply, headersTooLargeReply } from '../http/middleware/early-refusal.ts'
import { securityHeaders } from '../http/response/base-headers.ts'
import { errorReply, methodNotAllowedReply } from '../http/response/error-replies.ts'
import type { BufferedReply } from '../http/response/reply.ts'

const extensionsTooLarge = errorReply({
  status: 413,
  type: 'too_large',
  message: 'the chunk extensions of the request are too large',
})
const tooSlow = errorReply({ status: 408, type: 'timeout', message: 'the request did not arrive in time' })
const malformed = badRequestReply('this is not an HTTP/1.1 request')

const byCode: Readonly<Record<string, BufferedReply>> = {
  HPE_HEADER_OVERFLOW: headersTooLargeReply,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: extensionsTooLarge,
  ERR_HTTP_REQUEST_TIMEOUT: tooSlow,
}

/** Returns the reply to a request that Node's parser has rejected. */
export const malformedRequestReply = ({ code }: Pick<NodeJS.ErrnoException, 'code'>): BufferedReply =>
  byCode[code ?? ''] ?? malformed

/** Reply to CONNECT, which is refused because Larder is not a proxy. */
export const connectMethodReply: BufferedReply = methodNotAllowedReply('GET, HEAD, OPTIONS')

/**
 * Formats a reply as text, for connections without a Node response. The reply is the last one on its
 * connection. The reply has no body, because an invalid request may have been a HEAD request.
 */
export const formatFinalReply = ({ status, headers }: BufferedReply): string => {
  const fields = Object.assign({}, securityHeaders, headers, {
    'Content-Length': '0',
    Date: new Date().toUTCString(),
    Connection: 'close',
  })
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`)
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n`
}

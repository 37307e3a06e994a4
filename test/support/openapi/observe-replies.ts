import type { IncomingMessage, OutgoingHttpHeaders, RequestListener, ServerResponse } from 'node:http'
import type { SentReply } from './check-reply.ts'

/** Bodies of JSON that are longer than this are not checked (bytes). */
const maxBodyBytes = 1024 * 1024

type HeadersOfNode = OutgoingHttpHeaders | ReadonlyArray<unknown> | undefined

const toHeaders = (headers: HeadersOfNode): Record<string, string> => {
  const pairs: ReadonlyArray<readonly [string, unknown]> = Array.isArray(headers)
    ? headers.flatMap((name, i) => (i % 2 === 0 ? [[String(name), headers[i + 1]] as const] : []))
    : Object.entries(headers ?? {})
  return Object.fromEntries(pairs.map(([name, value]) => [name.toLowerCase(), String(value)]))
}

const bytesOf = (chunk: string | Uint8Array, encoding: unknown): Buffer =>
  typeof chunk === 'string'
    ? Buffer.from(chunk, encoding === 'latin1' ? 'latin1' : 'utf8')
    : Buffer.from(chunk)

/**
 * Wraps a listener: `report` is called with each reply before its last byte is passed to Node, so before the client
 * can have all of it.
 */
export const observeReplies =
  (listener: RequestListener, report: (reply: SentReply) => void): RequestListener =>
  (req: IncomingMessage, res: ServerResponse) => {
    const { method = '', url = '' } = req
    const { writeHead, write, end } = res
    let head: Pick<SentReply, 'status' | 'headers'> | null = null
    const pieces: Buffer[] = []
    let bytes = 0
    let isJson = false
    const keep = (chunk: unknown, encoding: unknown): void => {
      if (!isJson || (typeof chunk !== 'string' && !(chunk instanceof Uint8Array))) return
      const piece = bytesOf(chunk, encoding)
      bytes += piece.length
      if (bytes <= maxBodyBytes) pieces.push(piece)
    }
    Object.assign(res, {
      writeHead: (status: number, headers: HeadersOfNode) => {
        head = { status, headers: toHeaders(headers) }
        isJson = /[/+]json\b/.test(head.headers['content-type'] ?? '') && status !== 304 && method !== 'HEAD'
        return writeHead.call(res, status, headers as OutgoingHttpHeaders)
      },
      write: (chunk: unknown, ...rest: ReadonlyArray<unknown>) => {
        keep(chunk, rest[0])
        return Reflect.apply(write, res, [chunk, ...rest])
      },
      end: (...args: ReadonlyArray<unknown>) => {
        keep(args[0], args[1])
        const body = isJson && bytes <= maxBodyBytes ? Buffer.concat(pieces) : null
        if (head !== null) report({ method, url, ...head, body })
        return Reflect.apply(end, res, args)
      },
    })
    listener(req, res)
  }

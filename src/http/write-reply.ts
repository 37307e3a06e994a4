import type { Context } from 'koa'
import { baseHeadersOf } from './base-headers.ts'
import type { Headers } from './bytes/representation-headers.ts'
import { writeError } from './error-body.ts'
import type { ReadyReply, Reply, StreamedBody } from './reply.ts'

export const isStreamed = (body: Reply['body']): body is StreamedBody =>
  body !== null && typeof body === 'object' && 'open' in body

/** With what every reply to this request has; `Vary` names what either of them does. */
const allHeaders = (base: Headers, own: Headers): Record<string, string> => {
  const headers = { ...base, ...own }
  if (base.Vary !== undefined && own.Vary !== undefined) headers.Vary = `${base.Vary}, ${own.Vary}`
  return headers
}

/**
 * Status and headers, straight to the socket; gives all headers that it wrote. Koa would set one header after the other, look at the body to find
 * out its type and length, which are known, and take half of the time that a small reply takes altogether.
 */
export const writeHead = (ctx: Context, { status, headers }: Pick<Reply, 'status' | 'headers'>): Headers => {
  ctx.respond = false
  const all = allHeaders(baseHeadersOf(ctx), headers)
  ctx.res.writeHead(status, all)
  return all
}

const lengthOf = (body: string | Uint8Array): number =>
  typeof body === 'string' ? Buffer.byteLength(body) : body.length

/** Writes the reply; of a HEAD, the head alone. Gives all headers that it wrote. */
export const writeReply = (ctx: Context, { status, headers, body }: ReadyReply): Headers => {
  if (body === null) {
    const isEmpty = ctx.method !== 'HEAD' && status !== 204 && status !== 304
    const all = writeHead(ctx, { status, headers: isEmpty ? { 'Content-Length': '0', ...headers } : headers })
    ctx.res.end()
    return all
  }
  if (typeof body !== 'string' && !(body instanceof Uint8Array)) {
    const { contentType, text } = writeError(body, ctx.get('Accept'))
    return writeReply(ctx, { status, headers: { ...headers, 'Content-Type': contentType }, body: text })
  }
  const all = writeHead(ctx, { status, headers: { ...headers, 'Content-Length': String(lengthOf(body)) } })
  if (ctx.method === 'HEAD') ctx.res.end()
  else ctx.res.end(body)
  return all
}

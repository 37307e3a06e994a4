import type { Context } from 'koa'
import type { Headers } from '../bytes/representation-headers.ts'
import { baseHeadersOf } from './base-headers.ts'
import { notifyHeadWritten } from './head-written.ts'
import { joinHeaders } from './join-headers.ts'
import type { BufferedReply, Reply, StreamedBody } from './reply.ts'
import { writeError } from './write-error.ts'

export const isStreamedBody = (body: Reply['body']): body is StreamedBody =>
  body !== null && typeof body === 'object' && 'open' in body

/** Merges base headers and a reply's own headers; `Vary` becomes the union of both. */
export const mergeHeaders = (base: Headers, own: Headers): Record<string, string> => {
  const headers = joinHeaders(base, own)
  if (base.Vary !== undefined && own.Vary !== undefined) headers.Vary = `${base.Vary}, ${own.Vary}`
  return headers
}

/**
 * Writes status and headers without Koa. Koa sets headers one by one and detects the type and length of the
 * body, although both are known. That would take half of the total time of a small reply.
 */
export const writeHead = (ctx: Context, { status, headers }: Pick<Reply, 'status' | 'headers'>): void => {
  ctx.respond = false
  notifyHeadWritten(ctx.res, status)
  ctx.res.writeHead(status, mergeHeaders(baseHeadersOf(ctx), headers))
}

const lengthOf = (body: string | Uint8Array): number =>
  typeof body === 'string' ? Buffer.byteLength(body) : body.length

/** Writes the reply. For HEAD, omits the body. */
export const writeReply = (ctx: Context, { status, headers, body }: BufferedReply): void => {
  if (body === null) {
    const isEmpty = ctx.method !== 'HEAD' && status !== 204 && status !== 304
    writeHead(ctx, { status, headers: isEmpty ? { 'Content-Length': '0', ...headers } : headers })
    ctx.res.end()
    return
  }
  if (typeof body !== 'string' && !(body instanceof Uint8Array)) {
    const written = writeError(body, ctx.get('Accept'))
    writeReply(ctx, { status, headers: joinHeaders(headers, written.headers), body: written.text })
    return
  }
  writeHead(ctx, { status, headers: joinHeaders(headers, { 'Content-Length': String(lengthOf(body)) }) })
  if (ctx.method === 'HEAD') ctx.res.end()
  else ctx.res.end(body)
}

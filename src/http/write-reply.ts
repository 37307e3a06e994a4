import type { Context } from 'koa'
import { writeError } from './error-body.ts'
import type { ReadyReply, Reply, StreamedBody } from './reply.ts'

export const isStreamed = (body: Reply['body']): body is StreamedBody =>
  body !== null && typeof body === 'object' && 'open' in body

/** Status and headers. `Vary` is added to what others have put there before. */
export const writeHead = (ctx: Context, { status, headers }: Pick<Reply, 'status' | 'headers'>): void => {
  const { Vary, ...others } = headers
  ctx.status = status
  ctx.set(others)
  if (Vary !== undefined) ctx.vary(Vary)
}

/** Writes the reply; of a HEAD, Koa sends the head alone. */
export const writeReply = (ctx: Context, reply: ReadyReply): void => {
  const { body } = reply
  writeHead(ctx, reply)
  if (body === null) return
  if (typeof body === 'string') ctx.body = body
  else if (body instanceof Uint8Array) ctx.body = Buffer.from(body)
  else {
    const { contentType, text } = writeError(body, ctx.get('Accept'))
    ctx.set('Content-Type', contentType)
    ctx.body = text
  }
}

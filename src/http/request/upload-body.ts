import type { IncomingMessage } from 'node:http'
import type { ByteStream } from '../../domain/media/bytes.ts'
import { TimeoutError } from '../../domain/shared/timeout-error.ts'
import { E } from '../../fp.ts'
import { type RequestBody, sendContinue } from './request-body.ts'

/**
 * Yields the bytes as they arrive. The timeout does not include the time in which the reader processes a
 * piece.
 */
async function* receive(request: IncomingMessage, milliseconds: number): AsyncGenerator<Uint8Array> {
  // A handler that stops reading early still replies, so the request is not destroyed.
  const pieces = request.iterator({ destroyOnReturn: false })
  for (;;) {
    const timer = setTimeout(
      () => request.destroy(new TimeoutError(`no byte of the body within ${milliseconds} ms`)),
      milliseconds,
    )
    const piece = await pieces.next().finally(() => clearTimeout(timer))
    if (piece.done === true) return
    yield piece.value
  }
}

/**
 * Describes a body as a stream of bytes of any length, which the handler reads itself. The stream throws if
 * the client disconnects or sends nothing for too long.
 */
export const uploadBody: RequestBody<ByteStream> = {
  maxBytes: null,
  createReader:
    ({ milliseconds }) =>
    (ctx) =>
    async () => {
      sendContinue(ctx)
      return E.right(receive(ctx.req, milliseconds))
    },
}

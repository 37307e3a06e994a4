import type { IncomingMessage } from 'node:http'
import type { ByteStream } from '../../domain/media/bytes.ts'
import { TimeoutError } from '../../domain/shared/timeout-error.ts'
import { E } from '../../fp.ts'
import type { Monotonic } from '../../ports/monotonic.ts'
import { type RequestBody, sendContinue } from './request-body.ts'
import { unsupportedMedia } from './request-faults.ts'
import { createPace } from './upload-pace.ts'

const receiving = new WeakSet<IncomingMessage['socket']>()

/** Returns whether a connection receives a body that may take any time, as long as bytes arrive. */
export const isReceivingUpload = (connection: IncomingMessage['socket']): boolean => receiving.has(connection)

/** A client that sends no byte for this long (milliseconds) is gone, however long its upload may take. */
const maxSilenceMs = 30_000

/**
 * Yields the bytes as they arrive. The timeout applies to each piece, without the time in which the reader
 * processes it.
 */
async function* receive(
  request: IncomingMessage,
  milliseconds: number,
  monotonic: Monotonic,
): AsyncGenerator<Uint8Array> {
  // If the handler stops reading early, it still sends a reply, so the request must not be destroyed.
  const pieces = request.iterator({ destroyOnReturn: false })
  let isWaiting = false
  // One timer serves all pieces, because a long body has many thousands.
  const timer = setTimeout(() => {
    if (isWaiting) request.destroy(new TimeoutError(`no byte of the body within ${milliseconds} ms`))
  }, milliseconds)
  const checkPace = createPace()
  receiving.add(request.socket)
  try {
    for (;;) {
      timer.refresh()
      isWaiting = true
      const since = monotonic()
      const piece = await pieces.next()
      isWaiting = false
      if (piece.done === true) return
      checkPace(monotonic() - since, piece.value.length)
      yield piece.value
    }
  } finally {
    clearTimeout(timer)
    receiving.delete(request.socket)
  }
}

/**
 * Describes a body as a stream of bytes of any length, which the handler reads itself. The stream throws if
 * the client disconnects, sends nothing for too long, or is too slow.
 */
export const uploadBody: RequestBody<ByteStream> = {
  maxBytes: null,
  codec: null,
  createReader:
    ({ milliseconds, monotonic }) =>
    (ctx) =>
    async () => {
      // The file would be the coded bytes, and not those that the client means.
      if ((ctx.req.headers['content-encoding'] ?? 'identity').toLowerCase() !== 'identity')
        return E.left(unsupportedMedia)
      sendContinue(ctx)
      return E.right(receive(ctx.req, Math.min(milliseconds, maxSilenceMs), monotonic))
    },
}

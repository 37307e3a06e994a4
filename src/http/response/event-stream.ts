import type { ByteStream } from '../../domain/media/bytes.ts'

// Streams of events (HTML Standard, "Server-sent events").

/** Seconds until a client may try again to open a stream, if there are too many. */
export const streamRetrySeconds = 10
/** Milliseconds after which a client connects again if its stream has ended. */
const retryMs = 2000

export const eventStreamHeaders = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-store',
  // nginx would wait for more bytes before it sends some.
  'X-Accel-Buffering': 'no',
}

/** Keeps a connection open that has no events. */
export const quietEvent = ':\n\n'

/**
 * Returns the events as bytes, after the time to connect again. `close` is called once, when the stream ends or its
 * reader cancels it. A generator alone would not do, because it would end only after the pause in progress.
 */
export const encodeEventStream = <N>(
  follow: (signal: AbortSignal) => AsyncGenerator<N>,
  format: (news: N) => string,
  close: () => void,
): ByteStream => {
  const cancelling = new AbortController()
  const encoder = new TextEncoder()
  const encoded = async function* (): AsyncGenerator<Uint8Array> {
    yield encoder.encode(`retry: ${retryMs}\n\n`)
    for await (const news of follow(cancelling.signal)) yield encoder.encode(format(news))
  }
  const pieces = encoded()
  return {
    [Symbol.asyncIterator]: () => ({
      next: async () => {
        const next = await pieces.next()
        if (next.done === true) close()
        return next
      },
      return: async () => {
        cancelling.abort()
        close()
        return pieces.return(undefined)
      },
    }),
  }
}

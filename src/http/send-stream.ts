import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { ByteStream } from '../domain/shared/bytes.ts'

/**
 * Sends the stream as the body, at the pace of the client. The client's leaving ends the stream early; a stream
 * that throws breaks the connection, so that a short body is never taken for a whole one (wire.md §6.4).
 */
export const sendStream = async (stream: ByteStream, res: ServerResponse): Promise<void> => {
  const gone = new AbortController()
  res.once('close', () => gone.abort())
  try {
    for await (const chunk of stream) {
      if (res.destroyed) return
      if (!res.write(chunk)) await once(res, 'drain', { signal: gone.signal })
    }
    res.end()
  } catch (error) {
    const left = gone.signal.aborted
    res.destroy()
    if (!left) throw error
  }
}

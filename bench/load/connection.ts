import { connect } from 'node:net'
import { createResponseReader, type Response } from './response-reader.ts'

/**
 * Durations in milliseconds, from sending the request to the first byte and to the last byte of the reply.
 */
type Timing = { readonly firstByte: number; readonly whole: number }

type Options = {
  readonly host: string
  readonly port: number
  /** Returns the bytes of the next request. */
  readonly next: () => Buffer
  /** Is called with each reply. Returns whether to send another request. */
  readonly onResponse: (response: Response, took: Timing) => boolean
  readonly onError: () => void
}

const BUFFER_BYTES = 256 * 1024

/**
 * Sends requests until `onResponse` returns false or the connection breaks. Rejects if a reply cannot be
 * parsed.
 */
export const runConnection = ({ host, port, next, onResponse, onError }: Options): Promise<void> =>
  new Promise((resolve, reject) => {
    let sentAt = 0
    let firstByteAt = 0
    let finished = false

    const send = () => {
      sentAt = performance.now()
      firstByteAt = 0
      socket.write(next())
    }
    const read = createResponseReader((response) => {
      const took = { firstByte: firstByteAt - sentAt, whole: performance.now() - sentAt }
      if (onResponse(response, took)) return send()
      finished = true
      socket.destroy()
    })

    const socket = connect({
      host,
      port,
      noDelay: true,
      // All replies share one buffer, because the load generator must use less CPU than the server.
      onread: {
        buffer: Buffer.allocUnsafe(BUFFER_BYTES),
        callback: (bytes, buffer) => {
          if (firstByteAt === 0) firstByteAt = performance.now()
          try {
            read(Buffer.from(buffer.buffer, buffer.byteOffset, bytes))
          } catch (error) {
            finished = true
            socket.destroy()
            reject(error)
          }
          return !finished
        },
      },
    })
    socket.once('connect', send)
    socket.on('error', () => {})
    socket.once('close', () => {
      if (!finished) onError()
      resolve()
    })
  })

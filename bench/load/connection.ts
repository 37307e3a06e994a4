import { connect } from 'node:net'
import { createResponseReader, type Response } from './response-reader.ts'

/** Milliseconds from the request's departure. */
export type Took = { readonly firstByte: number; readonly whole: number }

type Options = {
  readonly host: string
  readonly port: number
  /** The next request, ready for the wire. */
  readonly next: () => Buffer
  /** Tells whether to go on. */
  readonly onResponse: (response: Response, took: Took) => boolean
  readonly onError: () => void
}

const BUFFER_BYTES = 256 * 1024

/** Asks over one connection until told to stop, or the connection breaks. Rejects at a reply it cannot read. */
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
      // One buffer for all that ever comes: the generator must be lighter than what it measures.
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

import { connect, type Socket } from 'node:net'
import { readResponses, type WireResponses } from './strict-responses.ts'

/** Returns a request as text, including the required Host header. */
export const rawRequest = (
  method: string,
  target: string,
  headers: ReadonlyArray<string> = [],
  body = '',
): string => `${[`${method} ${target} HTTP/1.1`, 'Host: a', ...headers].join('\r\n')}\r\n\r\n${body}`

type RawConnection = {
  readonly socket: Socket
  readonly send: (text: string | Buffer) => void
  /** The bytes received so far. */
  readonly received: () => Buffer
  /** Resolves when `holds` returns true for the received bytes, or when the connection is closed. */
  readonly until: (holds: (received: Buffer) => boolean) => Promise<void>
  /**
   * Resolves when the server has closed the connection: with the error code after a reset, else with `null`.
   */
  readonly closed: Promise<string | null>
}

export const openRaw = (port: number): RawConnection => {
  const chunks: Buffer[] = []
  const waiting = new Set<() => void>()
  const socket = connect(port, '127.0.0.1')
  const notify = () => {
    for (const check of waiting) check()
  }
  let isClosed = false
  let errorCode: string | null = null
  socket.on('data', (chunk) => {
    chunks.push(chunk)
    notify()
  })
  socket.on('error', (error: NodeJS.ErrnoException) => {
    errorCode = error.code ?? error.message
  })
  const closed = new Promise<string | null>((resolve) => {
    socket.on('close', () => {
      isClosed = true
      notify()
      resolve(errorCode)
    })
  })
  const received = () => Buffer.concat(chunks)
  return {
    socket,
    send: (text) => void socket.write(text),
    received,
    closed,
    until: (holds) =>
      new Promise((resolve) => {
        const check = () => {
          if (!isClosed && !holds(received())) return
          waiting.delete(check)
          resolve()
        }
        waiting.add(check)
        check()
      }),
  }
}

/**
 * Sends the whole `text` without waiting. Reads until a response for each method has arrived, or the server
 * closes the connection.
 */
export const exchangeRaw = async (
  port: number,
  text: string | Buffer,
  methods: ReadonlyArray<string>,
): Promise<WireResponses & { readonly isClosed: boolean }> => {
  const connection = openRaw(port)
  connection.send(text)
  await connection.until((wire) => {
    const { responses } = readResponses(wire, methods)
    return responses.filter(({ status }) => status >= 200).length === methods.length
  })
  const result = readResponses(connection.received(), methods)
  const isClosed = result.responses.at(-1)?.headers.connection === 'close'
  if (isClosed) await connection.closed
  connection.socket.destroy()
  return { ...result, isClosed }
}

import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import { Webhook } from 'standardwebhooks'
import { listenLocally } from './foreign-servers.ts'

type ReceivedMessage = {
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

type Answer = (res: ServerResponse, message: ReceivedMessage) => void

const toText = (headers: IncomingHttpHeaders): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))

/** Starts a receiver of webhooks. `answers`: how it answers at each path; 204 at any other. */
export const startReceiver = async (answers: Readonly<Record<string, Answer>> = {}) => {
  const received: ReceivedMessage[] = []
  const server = createServer((req, res) => {
    const chunks: Buffer[] = []
    req.on('data', (chunk: Buffer) => chunks.push(chunk))
    req.on('end', () => {
      const path = req.url ?? ''
      const message = { path, headers: toText(req.headers), body: Buffer.concat(chunks).toString() }
      received.push(message)
      const answer = answers[path]
      if (answer === undefined) res.writeHead(204).end()
      else answer(res, message)
    })
  })
  const base = `http://127.0.0.1:${await listenLocally(server)}`
  return {
    base,
    /** All messages, in the order of their arrival. */
    received,
    at: (path: string): ReadonlyArray<ReceivedMessage> => received.filter((one) => one.path === path),
    close: async (): Promise<void> => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

export type Receiver = Awaited<ReturnType<typeof startReceiver>>

/** Returns the body of a message as the package `standardwebhooks` accepts it. Throws if it refuses the signature. */
export const verifiedBody = (secret: string, { headers, body }: ReceivedMessage): Record<string, unknown> =>
  new Webhook(secret).verify(body, headers) as Record<string, unknown>

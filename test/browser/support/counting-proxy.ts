import { once } from 'node:events'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'

export type CountingProxy = {
  readonly base: string
  /** Returns the number of bytes of all bodies that were sent. */
  readonly bytes: () => number
  /** The requested paths with their queries, in order. */
  readonly requested: ReadonlyArray<string>
  readonly close: () => Promise<void>
}

/** Starts a proxy that counts bytes. Requests that are not admitted get no reply until the proxy closes. */
export const startCountingProxy = async (
  target: string,
  isAdmitted: (path: string) => boolean,
): Promise<CountingProxy> => {
  let bytes = 0
  const requested: string[] = []
  const counting = () =>
    new Transform({
      transform: (chunk: Buffer, _, done) => {
        bytes += chunk.length
        done(null, chunk)
      },
    })
  const server = createServer((incoming, outgoing) => {
    const path = incoming.url ?? ''
    requested.push(path)
    if (!isAdmitted(path)) return
    const { method, headers } = incoming
    const onward = request(`${target}${path}`, { method: method ?? 'GET', headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      pipeline(answer, counting(), outgoing).catch(() => outgoing.destroy())
    })
    onward.on('error', () => outgoing.destroy())
    onward.end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    base: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bytes: () => bytes,
    requested,
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

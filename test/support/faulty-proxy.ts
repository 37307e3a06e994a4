import { EventEmitter, once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** What happens to a connection once `after` more bytes have come from the server. */
export type ConnectionFault = {
  /** `ends`: closed in good order (FIN). `resets`: broken (RST). `stalls`: nothing more comes, until the proxy is closed. */
  readonly kind: 'ends' | 'resets' | 'stalls'
  readonly after: number
}

/** A TCP proxy in front of a server, which breaks connections as it is told. */
export type FaultyProxy = {
  /** `http://127.0.0.1:{port}` */
  readonly endpoint: string
  /** The faults to come, one after the other: each is used up by the first connection that reaches its bytes. */
  readonly fail: (...faults: ReadonlyArray<ConnectionFault>) => void
  /** Faults that have not happened yet. */
  readonly pending: () => number
  /** Connections of clients that are open now. */
  readonly connections: () => number
  /** Waits until it holds; looks again whenever a connection opens, breaks or closes. */
  readonly until: (holds: () => boolean) => Promise<void>
  readonly close: () => Promise<void>
}

/** `target` is the server's endpoint, such as `http://127.0.0.1:9000`. */
export const startFaultyProxy = async (target: string): Promise<FaultyProxy> => {
  const { hostname, port } = new URL(target)
  const clients = new Set<Socket>()
  const changes = new EventEmitter().setMaxListeners(0)
  let faults: ConnectionFault[] = []
  let bytesSince = 0

  /** Gives the client what may pass of a chunk, and breaks the connection when a fault is due. */
  const passOn = (chunk: Buffer, client: Socket, server: Socket): void => {
    const [fault] = faults
    if (fault === undefined || bytesSince + chunk.length < fault.after) {
      bytesSince += chunk.length
      if (!client.write(chunk)) server.pause()
      return
    }
    const last = chunk.subarray(0, fault.after - bytesSince)
    faults = faults.slice(1)
    bytesSince = 0
    server.removeAllListeners('data').pause()
    client.write(last, () => breakOff(fault, client))
    changes.emit('change')
  }

  const proxy = createServer((client) => {
    const server = connect(Number(port), hostname)
    clients.add(client)
    changes.emit('change')
    client.pipe(server)
    client.on('drain', () => server.resume())
    server.on('data', (chunk) => passOn(chunk, client, server))
    server.on('end', () => client.end())
    client.on('close', () => {
      clients.delete(client)
      server.destroy()
      changes.emit('change')
    })
    // One side that breaks takes the other with it; why it broke is the test's own doing.
    client.on('error', () => server.destroy())
    server.on('error', () => client.destroy())
  })
  await new Promise<void>((listening) => proxy.listen(0, '127.0.0.1', listening))

  return {
    endpoint: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    fail: (...next) => {
      faults = [...next]
      bytesSince = 0
    },
    pending: () => faults.length,
    connections: () => clients.size,
    until: async (holds) => {
      while (!holds()) await once(changes, 'change')
    },
    close: () =>
      new Promise((resolve) => {
        proxy.close(() => resolve())
        for (const client of clients) client.destroy()
      }),
  }
}

const breakOff = ({ kind }: ConnectionFault, client: Socket): void => {
  if (kind === 'ends') client.end()
  if (kind === 'resets') client.resetAndDestroy()
}

import { EventEmitter, once } from 'node:events'
import { type AddressInfo, connect, createServer, type NetConnectOpts, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** A fault of one connection, which occurs after `after` more bytes from the server. */
export type ConnectionFault = {
  /**
   * `ends`: closed with FIN. `resets`: closed with RST. `stalls`: nothing more arrives until the proxy is
   * closed. `flips`: the lowest bit of the next byte is flipped, and the connection continues.
   */
  readonly kind: 'ends' | 'resets' | 'stalls' | 'flips'
  readonly after: number
}

/** The behaviour of all connections, open and new. */
type ProxyMode =
  | { readonly kind: 'pass' }
  /**
   * Drops bytes in both directions, but closes no connection. A connection that lost a byte stays silent for
   * ever.
   */
  | { readonly kind: 'silent' }
  /** Resets open connections, and new ones as soon as they are established. */
  | { readonly kind: 'reset' }
  | { readonly kind: 'slow'; readonly bytesPerSecond: number }
  /** Delays all bytes from the server. */
  | { readonly kind: 'late'; readonly ms: number }

/** A TCP proxy that is placed in front of a server, and breaks connections on demand. */
export type TcpFaultProxy = {
  readonly port: number
  /** The URL `http://127.0.0.1:{port}`. */
  readonly endpoint: string
  readonly set: (mode: ProxyMode) => void
  /** Queues faults: the first connection that reaches the bytes of the next fault consumes it. */
  readonly fail: (...faults: ReadonlyArray<ConnectionFault>) => void
  /** The number of faults that are still queued. */
  readonly pending: () => number
  /**
   * Forwards the next chunk with `text` to the server, and hides the reply: the client gets a reset or
   * silence. Resolves when the server has replied.
   */
  readonly loseAnswerTo: (text: string, how: 'reset' | 'silent') => Promise<void>
  /** The number of open client connections. */
  readonly connections: () => number
  /** The last chunk that the client of each closed connection sent, in the order of the ends. */
  readonly lastChunks: () => ReadonlyArray<Buffer>
  /** Waits until `holds` is true; checks again whenever a connection opens, breaks or closes. */
  readonly until: (holds: () => boolean) => Promise<void>
  readonly close: () => Promise<void>
}

/** The server's address: `http://127.0.0.1:9000`, or the path of its socket. */
type Target = string

const connectOptions = (target: Target): NetConnectOpts => {
  if (target.startsWith('/')) return { path: target }
  const { hostname, port } = new URL(target)
  return { host: hostname, port: Number(port) }
}

type Loss = { readonly text: string; readonly how: 'reset' | 'silent'; readonly happened: () => void }

export const startTcpFaultProxy = async (target: Target): Promise<TcpFaultProxy> => {
  const address = connectOptions(target)
  const clients = new Set<Socket>()
  const changes = new EventEmitter().setMaxListeners(0)
  let mode: ProxyMode = { kind: 'pass' }
  let faults: ConnectionFault[] = []
  let losses: Loss[] = []
  let bytesSince = 0
  const lastChunks: Buffer[] = []

  const proxy = createServer((client) => {
    const server = connect(address)
    /** Whether bytes were lost. Later bytes are then dropped too, because they would make no sense. */
    let isSilent = false
    let loss: Loss | undefined
    let lastChunk = Buffer.alloc(0)

    const pass = (chunk: Buffer): void => {
      if (!client.write(chunk)) server.pause()
    }

    const slow = async (chunk: Buffer, bytesPerSecond: number): Promise<void> => {
      server.pause()
      const piece = Math.max(1, Math.floor(bytesPerSecond / 20))
      for (let start = 0; start < chunk.length && !client.destroyed; start += piece) {
        client.write(chunk.subarray(start, start + piece))
        await sleep(50)
      }
      server.resume()
    }

    /** Forwards a chunk up to the next fault, and then applies the fault. */
    const forward = (chunk: Buffer): void => {
      const [fault] = faults
      if (fault === undefined || bytesSince + chunk.length < fault.after) {
        bytesSince += chunk.length
        if (mode.kind === 'slow') void slow(chunk, mode.bytesPerSecond)
        else if (mode.kind === 'late') setTimeout(() => client.destroyed || pass(chunk), mode.ms)
        else pass(chunk)
        return
      }
      const offset = fault.after - bytesSince
      faults = faults.slice(1)
      bytesSince = 0
      if (fault.kind === 'flips') pass(withFlippedBit(chunk, offset))
      else {
        server.removeAllListeners('data').pause()
        client.write(chunk.subarray(0, offset), () => breakOff(fault, client))
      }
      changes.emit('change')
    }

    const swallows = (): boolean => {
      isSilent ||= mode.kind === 'silent'
      return isSilent
    }

    clients.add(client)
    changes.emit('change')
    if (mode.kind === 'reset') client.resetAndDestroy()
    client.on('data', (chunk) => {
      lastChunk = chunk
      if (swallows()) return
      loss ??= losses.find(({ text }) => chunk.includes(text))
      losses = losses.filter((other) => other !== loss)
      if (!server.write(chunk)) client.pause()
    })
    server.on('data', (chunk) => {
      if (swallows()) return
      if (loss === undefined) return forward(chunk)
      isSilent = true
      if (loss.how === 'reset') client.resetAndDestroy()
      loss.happened()
    })
    client.on('drain', () => server.resume())
    server.on('drain', () => client.resume())
    client.on('end', () => swallows() || server.end())
    server.on('end', () => swallows() || client.end())
    client.on('close', () => {
      clients.delete(client)
      lastChunks.push(lastChunk)
      server.destroy()
      changes.emit('change')
    })
    // An error of one side closes the other side. The test causes these errors, so they are not reported.
    client.on('error', () => server.destroy())
    server.on('error', () => swallows() || client.destroy())
  })
  await new Promise<void>((listening) => proxy.listen(0, '127.0.0.1', listening))
  const { port } = proxy.address() as AddressInfo

  return {
    port,
    endpoint: `http://127.0.0.1:${port}`,
    set: (next) => {
      mode = next
      if (next.kind === 'reset') for (const client of clients) client.resetAndDestroy()
    },
    fail: (...next) => {
      faults = [...next]
      bytesSince = 0
    },
    pending: () => faults.length,
    loseAnswerTo: (text, how) => new Promise((happened) => losses.push({ text, how, happened })),
    connections: () => clients.size,
    lastChunks: () => lastChunks,
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

const withFlippedBit = (chunk: Buffer, at: number): Buffer => {
  const copy = Buffer.from(chunk)
  copy[at] = (copy[at] ?? 0) ^ 1
  return copy
}

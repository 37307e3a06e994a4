import { EventEmitter, once } from 'node:events'
import { type AddressInfo, connect, createServer, type NetConnectOpts, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** What happens to one connection once `after` more bytes have come from the server. */
export type ConnectionFault = {
  /**
   * `ends`: closed in good order (FIN). `resets`: broken (RST). `stalls`: nothing more comes, until the proxy is
   * closed. `flips`: the lowest bit of the next byte is another, and all goes on.
   */
  readonly kind: 'ends' | 'resets' | 'stalls' | 'flips'
  readonly after: number
}

/** What happens to all connections, those that are open and those to come. */
export type ProxyMode =
  | { readonly kind: 'pass' }
  /** Bytes of both directions vanish, and no connection ends. One that lost a byte stays silent for ever. */
  | { readonly kind: 'silent' }
  /** Open connections break with RST, new ones as soon as they stand. */
  | { readonly kind: 'reset' }
  | { readonly kind: 'slow'; readonly bytesPerSecond: number }
  /** What the server sends comes so many milliseconds later. */
  | { readonly kind: 'late'; readonly ms: number }

/** A TCP proxy in front of a server, which breaks connections as it is told. */
export type TcpFaultProxy = {
  readonly port: number
  /** `http://127.0.0.1:{port}` */
  readonly endpoint: string
  readonly set: (mode: ProxyMode) => void
  /** The faults to come, one after the other: each is used up by the first connection that reaches its bytes. */
  readonly fail: (...faults: ReadonlyArray<ConnectionFault>) => void
  /** Faults that have not happened yet. */
  readonly pending: () => number
  /**
   * Once a client sends `text`, the server gets it, and answers; the client of that connection gets no byte of the
   * answer but a reset or silence. Resolves when the server has answered.
   */
  readonly loseAnswerTo: (text: string, how: 'reset' | 'silent') => Promise<void>
  /** Connections of clients that are open now. */
  readonly connections: () => number
  /** Waits until it holds; looks again whenever a connection opens, breaks or closes. */
  readonly until: (holds: () => boolean) => Promise<void>
  readonly close: () => Promise<void>
}

/** Where the server is: `http://127.0.0.1:9000`, or the path of its socket. */
type Target = string

const placeOf = (target: Target): NetConnectOpts => {
  if (target.startsWith('/')) return { path: target }
  const { hostname, port } = new URL(target)
  return { host: hostname, port: Number(port) }
}

type Loss = { readonly text: string; readonly how: 'reset' | 'silent'; readonly happened: () => void }

export const startTcpFaultProxy = async (target: Target): Promise<TcpFaultProxy> => {
  const place = placeOf(target)
  const clients = new Set<Socket>()
  const changes = new EventEmitter().setMaxListeners(0)
  let mode: ProxyMode = { kind: 'pass' }
  let faults: ConnectionFault[] = []
  let losses: Loss[] = []
  let bytesSince = 0

  const proxy = createServer((client) => {
    const server = connect(place)
    /** Whether bytes of it were lost: what is passed on after these would make no sense. */
    let isSilent = false
    let loss: Loss | undefined

    const pass = (chunk: Buffer): void => {
      if (!client.write(chunk)) server.pause()
    }

    const slow = async (chunk: Buffer, bytesPerSecond: number): Promise<void> => {
      server.pause()
      const piece = Math.max(1, Math.floor(bytesPerSecond / 20))
      for (let at = 0; at < chunk.length && !client.destroyed; at += piece) {
        client.write(chunk.subarray(at, at + piece))
        await sleep(50)
      }
      server.resume()
    }

    /** Gives the client what may pass of a chunk, and breaks the connection when a fault is due. */
    const passOn = (chunk: Buffer): void => {
      const [fault] = faults
      if (fault === undefined || bytesSince + chunk.length < fault.after) {
        bytesSince += chunk.length
        if (mode.kind === 'slow') void slow(chunk, mode.bytesPerSecond)
        else if (mode.kind === 'late') setTimeout(() => client.destroyed || pass(chunk), mode.ms)
        else pass(chunk)
        return
      }
      const at = fault.after - bytesSince
      faults = faults.slice(1)
      bytesSince = 0
      if (fault.kind === 'flips') pass(withFlippedBit(chunk, at))
      else {
        server.removeAllListeners('data').pause()
        client.write(chunk.subarray(0, at), () => breakOff(fault, client))
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
      if (swallows()) return
      loss ??= losses.find(({ text }) => chunk.includes(text))
      losses = losses.filter((one) => one !== loss)
      if (!server.write(chunk)) client.pause()
    })
    server.on('data', (chunk) => {
      if (swallows()) return
      if (loss === undefined) return passOn(chunk)
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
      server.destroy()
      changes.emit('change')
    })
    // One side that breaks takes the other with it; why it broke is the test's own doing.
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

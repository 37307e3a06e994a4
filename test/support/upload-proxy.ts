import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A network between a client that uploads and its servers, as a load balancer is one. */
type UploadProxy = {
  readonly base: string
  /** Leads the connections that come from now on to another server. */
  readonly leadTo: (base: string) => void
  /** Cuts every connection after it has passed this number of bytes from the client on. */
  readonly cutEachAfter: (bytes: number) => void
  /** Passes this number of bytes from the next connection on, and then none until `release` is called. */
  readonly holdAfter: (bytes: number) => { readonly held: Promise<void>; readonly release: () => void }
  readonly close: () => void
}

type Hold = { readonly bytes: number; readonly onHeld: () => void; readonly released: Promise<void> }

export const startUploadProxy = async (base: string): Promise<UploadProxy> => {
  let target = new URL(base)
  let cutAfter = Number.POSITIVE_INFINITY
  let nextHold: Hold | null = null
  const clients = new Set<Socket>()

  const proxy = createServer((client: Socket) => {
    const server = connect(Number(target.port), target.hostname)
    const hold = nextHold
    nextHold = null
    let passed = 0
    const pass = (piece: Buffer): void => {
      passed += piece.length
      if (!server.write(piece)) client.pause()
    }
    const passAround = async (piece: Buffer, { bytes, onHeld, released }: Hold): Promise<void> => {
      const rest = bytes - passed
      client.pause()
      pass(piece.subarray(0, rest))
      client.pause()
      onHeld()
      await released
      pass(piece.subarray(rest))
      client.resume()
    }
    clients.add(client)
    client.on('data', (piece: Buffer) => {
      if (passed + piece.length >= cutAfter) {
        pass(piece.subarray(0, cutAfter - passed))
        client.destroy()
        server.end()
      } else if (hold !== null && passed < hold.bytes && passed + piece.length >= hold.bytes)
        void passAround(piece, hold)
      else pass(piece)
    })
    server.on('drain', () => client.resume())
    server.on('data', (piece) => client.write(piece))
    server.on('error', () => client.destroy()).on('close', () => client.end())
    client.on('error', () => server.destroy())
    client.on('close', () => {
      clients.delete(client)
      server.end()
    })
  })
  await once(proxy.listen(0, '127.0.0.1'), 'listening')

  return {
    base: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    leadTo: (next) => {
      target = new URL(next)
    },
    cutEachAfter: (bytes) => {
      cutAfter = bytes
    },
    holdAfter: (bytes) => {
      let release = (): void => undefined
      const released = new Promise<void>((resolve) => {
        release = resolve
      })
      const held = new Promise<void>((onHeld) => {
        nextHold = { bytes, onHeld, released }
      })
      return { held, release }
    },
    close: () => {
      proxy.close()
      for (const client of clients) client.destroy()
    },
  }
}

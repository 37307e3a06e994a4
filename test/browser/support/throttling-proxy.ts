import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export type Line = {
  readonly bitsPerSecond: number
  /** The round-trip time (ms). Each direction takes half of it. */
  readonly roundTrip: number
}

type ThrottlingProxy = { readonly base: string; readonly close: () => Promise<void> }

/** The number of bytes that the line carries at a time: about an Ethernet packet. */
const packet = 1400

/** Starts a proxy that simulates a slow line. All connections share its bandwidth, and no packet is lost. */
export const startThrottlingProxy = async (target: string, line: Line): Promise<ThrottlingProxy> => {
  const { hostname, port } = new URL(target)
  const oneWay = line.roundTrip / 2
  // Connections with data take turns. Each sends one packet.
  const waiting: Array<{ readonly to: Socket; readonly chunks: Buffer[] }> = []
  let freeAt = 0
  let isSending = false
  const sockets = new Set<Socket>()

  const later = (milliseconds: number, task: () => void) => setTimeout(task, milliseconds)
  const sendNext = () => {
    const turn = waiting.shift()
    if (turn === undefined) {
      isSending = false
      return
    }
    isSending = true
    const [first = Buffer.alloc(0)] = turn.chunks
    const sent = first.subarray(0, packet)
    if (first.length > packet) turn.chunks[0] = first.subarray(packet)
    else turn.chunks.shift()
    if (turn.chunks.length > 0) waiting.push(turn)
    freeAt = Math.max(freeAt, performance.now()) + (sent.length * 8000) / line.bitsPerSecond
    later(oneWay + freeAt - performance.now(), () => turn.to.writable && turn.to.write(sent))
    later(freeAt - performance.now(), sendNext)
  }
  const enqueue = (to: Socket, chunk: Buffer) => {
    const turn = waiting.find((one) => one.to === to)
    if (turn === undefined) waiting.push({ to, chunks: [chunk] })
    else turn.chunks.push(chunk)
    if (!isSending) sendNext()
  }

  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname)
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => socket.destroy())
      socket.on('close', () => {
        sockets.delete(socket)
        client.destroy()
        upstream.destroy()
      })
    }
    client.on('data', (chunk) => later(oneWay, () => upstream.writable && upstream.write(chunk)))
    upstream.on('data', (chunk) => enqueue(client, chunk))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    base: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

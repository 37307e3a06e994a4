import { connect } from 'node:net'
import { rawRequest } from './raw-exchange.ts'
import { readResponses } from './strict-responses.ts'

type CrowdResult = {
  /** Counts of replies by status and presence of Retry-After. Keys are `200`, `503 with Retry-After`. */
  readonly statuses: Map<string, number>
  readonly milliseconds: number[]
  /** The number of broken connections. */
  broken: number
  /** The number of connections with at least one reply. */
  served: number
}

/** Sends one request after another on one connection, until `isOver` is true. Parses replies strictly. */
export const sendRequestsUntil = (
  port: number,
  nextRequest: () => { readonly target: string; readonly headers?: ReadonlyArray<string> },
  isOver: () => boolean,
  result: CrowdResult,
): Promise<void> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    let received: Buffer[] = []
    let missing = 1
    let started = 0
    let isServed = false
    const sendNext = () => {
      const { target, headers } = nextRequest()
      received = []
      missing = 1
      started = performance.now()
      socket.write(rawRequest('GET', target, headers))
    }
    socket.on('connect', sendNext)
    socket.on('data', (chunk) => {
      received.push(chunk)
      missing -= chunk.length
      if (missing > 0) return
      const read = readResponses(Buffer.concat(received), ['GET'])
      missing = read.missing
      const [response] = read.responses
      if (response === undefined) return
      if (!isServed) result.served += 1
      isServed = true
      const name = `${response.status}${response.headers['retry-after'] === undefined ? '' : ' with Retry-After'}`
      result.statuses.set(name, (result.statuses.get(name) ?? 0) + 1)
      result.milliseconds.push(performance.now() - started)
      if (isOver()) socket.destroy()
      else sendNext()
    })
    socket.on('error', () => {
      result.broken += 1
    })
    socket.on('close', () => {
      if (!isOver() && started > 0 && missing > 0) result.broken += 1
      resolve()
    })
  })

export const newCrowdResult = (): CrowdResult => ({
  statuses: new Map(),
  milliseconds: [],
  broken: 0,
  served: 0,
})

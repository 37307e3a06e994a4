import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { exchange } from './exchange.ts'

/** Results of the requests of one kind. */
export type LoadTally = {
  requests: number
  /** Counts by status; 0: no response. */
  readonly statuses: Record<number, number>
  /** The longest time to a response (ms). */
  slowest: number
  /** The slowest 503 (ms). */
  slowest503: number
  /** The time at which the last request ended whose status was not 200. */
  lastFailureAt: number
  /** The number of responses with an unexpected body. */
  wrong: number
}

const newTally = (): LoadTally => ({
  requests: 0,
  statuses: {},
  slowest: 0,
  slowest503: 0,
  lastFailureAt: 0,
  wrong: 0,
})

type Ask = { readonly url: string; readonly body: Buffer | null }

/**
 * Starts `clients` clients that each send one request after another until `stop`. `reset` returns the tally
 * so far and starts a new one.
 */
export const startLoad = (clients: number, next: () => Ask | null, pauseMs = 0) => {
  let tally = newTally()
  let isStopped = false

  const send = async ({ url, body }: Ask): Promise<void> => {
    const current = tally
    const started = performance.now()
    const answer = await exchange(url).catch(() => null)
    const milliseconds = performance.now() - started
    const status = answer?.status ?? 0
    current.requests += 1
    current.statuses[status] = (current.statuses[status] ?? 0) + 1
    current.slowest = Math.max(current.slowest, milliseconds)
    if (status === 503) current.slowest503 = Math.max(current.slowest503, milliseconds)
    if (status !== 200) current.lastFailureAt = performance.now()
    if (status === 200 && body !== null && answer?.body.equals(body) !== true) current.wrong += 1
  }

  const client = async (): Promise<void> => {
    while (!isStopped) {
      const ask = next()
      if (ask !== null) await send(ask)
      await sleep(pauseMs)
    }
  }
  const running = Promise.all(Array.from({ length: clients }, client))

  return {
    reset: (): LoadTally => {
      const old = tally
      tally = newTally()
      return old
    },
    stop: async (): Promise<void> => {
      isStopped = true
      await running
    },
  }
}

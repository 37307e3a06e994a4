import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { exchange } from './exchange.ts'

/** What came of the requests of one kind. */
export type Tally = {
  requests: number
  /** Counts by status; 0: no answer. */
  readonly statuses: Record<number, number>
  /** Milliseconds. */
  slowest: number
  /** Of the slowest one that was 503. */
  slowest503: number
  /** When the last that was not 200 ended. */
  lastFailureAt: number
  /** Bodies that were not what they should be. */
  wrong: number
}

const newTally = (): Tally => ({
  requests: 0,
  statuses: {},
  slowest: 0,
  slowest503: 0,
  lastFailureAt: 0,
  wrong: 0,
})

type Ask = { readonly url: string; readonly body: Buffer | null }

/** Requests one after the other by `clients` clients, until it is stopped. `reset` begins a new tally, and gives the old one. */
export const startLoad = (clients: number, next: () => Ask | null, pauseMs = 0) => {
  let tally = newTally()
  let isStopped = false

  const one = async ({ url, body }: Ask): Promise<void> => {
    const mine = tally
    const started = performance.now()
    const answer = await exchange(url).catch(() => null)
    const took = performance.now() - started
    const status = answer?.status ?? 0
    mine.requests += 1
    mine.statuses[status] = (mine.statuses[status] ?? 0) + 1
    mine.slowest = Math.max(mine.slowest, took)
    if (status === 503) mine.slowest503 = Math.max(mine.slowest503, took)
    if (status !== 200) mine.lastFailureAt = performance.now()
    if (status === 200 && body !== null && answer?.body.equals(body) !== true) mine.wrong += 1
  }

  const client = async (): Promise<void> => {
    while (!isStopped) {
      const ask = next()
      if (ask !== null) await one(ask)
      await sleep(pauseMs)
    }
  }
  const running = Promise.all(Array.from({ length: clients }, client))

  return {
    reset: (): Tally => {
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

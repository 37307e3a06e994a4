import type { Monotonic } from '../../ports/monotonic.ts'
import type { HttpLimits } from '../http-limits.ts'
import { createFifo, type Fifo } from './fifo.ts'
import type { TrafficCounters } from './traffic-counters.ts'

/** A request that waits to be started. */
type QueuedRequest = {
  /** Whether the request is a likely cache hit. Likely hits are started before all other requests. */
  readonly isLikelyHit: boolean
  /** Starts to handle the request. The handler calls `release` once, as soon as it has the reply. */
  readonly begin: (release: () => void) => void
  /** Replies with 503 instead of starting the request. */
  readonly refuse: () => void
  /** Whether the client has disconnected. */
  readonly isAbandoned: () => boolean
  /** Called when `begin` throws. */
  readonly fail: (error: unknown) => void
}

export type AdmitRequest = (request: QueuedRequest) => void

type Deps = {
  readonly limits: Pick<HttpLimits, 'inFlight' | 'waiting' | 'waitMilliseconds'>
  readonly counts: TrafficCounters['requests']
  readonly monotonic: Monotonic
  /** Maximum number of requests that are started in one turn of the event loop. */
  readonly perTurn: number
}

/**
 * Maximum number of refusals in one turn of the event loop. A refusal costs a tenth of the start of a
 * request, so hundreds at once would block the event loop.
 */
const refusedPerTurn = 16

type Waiting = { readonly request: QueuedRequest; readonly expiresAt: number }
type Lane = { readonly queue: Fifo<Waiting>; inFlight: number }

/**
 * Starts at most `perTurn` requests in one turn of the event loop: likely hits first, otherwise in order of
 * arrival. Between turns, requests in progress receive results from disk and database, so they do not wait
 * until all new requests are started.
 *
 * Each of the two lanes (likely hits, and all other requests) has at most `inFlight` requests without a
 * reply. Both lanes together queue at most `waiting` requests. A queued request is refused after
 * `waitMilliseconds`, even if no request in progress ends.
 */
export const createAdmission = ({ limits, counts, monotonic, perTurn }: Deps): AdmitRequest => {
  const hits: Lane = { queue: createFifo(), inFlight: 0 }
  const rest: Lane = { queue: createFifo(), inFlight: 0 }
  const lanes = [hits, rest]
  let startedThisTurn = 0
  let isTurnDue = false
  let timer: NodeJS.Timeout | null = null

  const isOpen = ({ inFlight }: Lane): boolean => inFlight < limits.inFlight
  const isDue = (lane: Lane): boolean => lane.queue.size() > 0 && isOpen(lane)

  const begin = (lane: Lane, request: QueuedRequest): void => {
    let isReleased = false
    const release = () => {
      if (isReleased) return
      isReleased = true
      lane.inFlight -= 1
      counts.in_flight -= 1
      if (isDue(lane)) nextTurn()
    }
    startedThisTurn += 1
    lane.inFlight += 1
    counts.in_flight += 1
    try {
      request.begin(release)
    } catch (error) {
      // A request that fails must not affect the other requests of the same turn.
      release()
      request.fail(error)
    }
  }

  /** Removes and returns the first request whose client is still connected. */
  const take = (lane: Lane): QueuedRequest | undefined => {
    for (let first = lane.queue.take(); first !== undefined; first = lane.queue.take()) {
      counts.waiting -= 1
      if (!first.request.isAbandoned()) return first.request
      counts.abandoned += 1
    }
    return undefined
  }

  /** Refuses expired requests, at most `refusedPerTurn` in one turn, and continues in the next turn. */
  const expire = (): void => {
    let nextExpiry = Number.POSITIVE_INFINITY
    let remaining = refusedPerTurn
    for (const { queue } of lanes)
      for (let first = queue.first(); first !== undefined; first = queue.first()) {
        if (first.expiresAt > monotonic()) {
          nextExpiry = Math.min(nextExpiry, first.expiresAt)
          break
        }
        if (remaining === 0) {
          nextTurn()
          return
        }
        remaining -= 1
        queue.take()
        counts.waiting -= 1
        if (first.request.isAbandoned()) counts.abandoned += 1
        else {
          counts.refused_waited += 1
          first.request.refuse()
        }
      }
    if (timer !== null || nextExpiry === Number.POSITIVE_INFINITY) return
    timer = setTimeout(onTimer, Math.max(1, nextExpiry - monotonic())).unref()
  }

  const onTimer = (): void => {
    timer = null
    expire()
  }

  const nextTurn = (): void => {
    if (isTurnDue) return
    isTurnDue = true
    setImmediate(turn)
  }

  const turn = (): void => {
    isTurnDue = false
    startedThisTurn = 0
    expire()
    for (const lane of lanes)
      while (startedThisTurn < perTurn && isDue(lane)) {
        const request = take(lane)
        if (request !== undefined) begin(lane, request)
      }
    if (startedThisTurn > 0 || lanes.some(isDue)) nextTurn()
  }

  return (request) => {
    const lane = request.isLikelyHit ? hits : rest
    if (startedThisTurn < perTurn && isOpen(lane) && lane.queue.size() === 0) {
      nextTurn()
      begin(lane, request)
      return
    }
    if (hits.queue.size() + rest.queue.size() >= limits.waiting) {
      counts.refused_full += 1
      request.refuse()
      return
    }
    counts.waiting += 1
    lane.queue.push({ request, expiresAt: monotonic() + limits.waitMilliseconds })
    if (timer === null) expire()
    nextTurn()
  }
}

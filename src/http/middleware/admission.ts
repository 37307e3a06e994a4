import type { Limits } from '../limits.ts'
import { createFifo, type Fifo } from './fifo.ts'
import type { Traffic } from './traffic.ts'

/** A request that is to be begun. */
export type Admissible = {
  /** Whether the cache probably has what it asks for: it goes ahead of those that must be fetched. */
  readonly isLikelyHit: boolean
  /** Begins it. `release` is called once, when its reply is known. */
  readonly begin: (release: () => void) => void
  /** Answers it with 503: it is not begun. */
  readonly refuse: () => void
  /** Whether its client has left. */
  readonly isAbandoned: () => boolean
  /** It threw while it was begun. */
  readonly fail: (error: unknown) => void
}

export type Admit = (request: Admissible) => void

type Deps = {
  readonly limits: Pick<Limits, 'inFlight' | 'waiting' | 'waitMilliseconds'>
  readonly counts: Traffic['requests']
  /** Milliseconds, by a clock that never goes back. */
  readonly now: () => number
  /** Beginnings in one turn of the event loop. */
  readonly perTurn: number
}

/** A refusal costs a tenth of a beginning; hundreds at once would keep everything else waiting. */
const refusedPerTurn = 16

type Waiting = { readonly request: Admissible; readonly until: number }
type Lane = { readonly queue: Fifo<Waiting>; inFlight: number }

/**
 * Begins requests, `perTurn` of them in one turn of the event loop, likely hits first, then first come first served.
 * A request that was begun gets its answers from disk and database between the beginnings of others, and what all
 * of them wait for is on its way earlier.
 *
 * Nothing grows without bound: of each kind (likely hits, and the rest) at most `inFlight` have no reply yet; of both
 * together at most `waiting` wait; and what has waited for `waitMilliseconds` is refused, also when nothing moves any more.
 */
export const createAdmission = ({ limits, counts, now, perTurn }: Deps): Admit => {
  const hits: Lane = { queue: createFifo(), inFlight: 0 }
  const rest: Lane = { queue: createFifo(), inFlight: 0 }
  const lanes = [hits, rest]
  let begun = 0
  let isTurnDue = false
  let timer: NodeJS.Timeout | null = null

  const isOpen = ({ inFlight }: Lane): boolean => inFlight < limits.inFlight
  const isDue = (lane: Lane): boolean => lane.queue.size() > 0 && isOpen(lane)

  const begin = (lane: Lane, request: Admissible): void => {
    let isReleased = false
    const release = () => {
      if (isReleased) return
      isReleased = true
      lane.inFlight -= 1
      counts.in_flight -= 1
      if (isDue(lane)) nextTurn()
    }
    begun += 1
    lane.inFlight += 1
    counts.in_flight += 1
    try {
      request.begin(release)
    } catch (error) {
      // The others of its turn do not pay for it.
      release()
      request.fail(error)
    }
  }

  /** Takes the first one out; what nobody waits for any more is passed over. */
  const take = (lane: Lane): Admissible | undefined => {
    for (let first = lane.queue.take(); first !== undefined; first = lane.queue.take()) {
      counts.waiting -= 1
      if (!first.request.isAbandoned()) return first.request
      counts.abandoned += 1
    }
    return undefined
  }

  /** Refuses what has waited for too long, not all of it in one turn, and comes again for the rest. */
  const expire = (): void => {
    let next = Number.POSITIVE_INFINITY
    let left = refusedPerTurn
    for (const { queue } of lanes)
      for (let first = queue.first(); first !== undefined; first = queue.first()) {
        if (first.until > now()) {
          next = Math.min(next, first.until)
          break
        }
        if (left === 0) {
          nextTurn()
          return
        }
        left -= 1
        queue.take()
        counts.waiting -= 1
        if (first.request.isAbandoned()) counts.abandoned += 1
        else {
          counts.refused_waited += 1
          first.request.refuse()
        }
      }
    if (timer !== null || next === Number.POSITIVE_INFINITY) return
    timer = setTimeout(onTimer, Math.max(1, next - now())).unref()
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
    begun = 0
    expire()
    for (const lane of lanes)
      while (begun < perTurn && isDue(lane)) {
        const request = take(lane)
        if (request !== undefined) begin(lane, request)
      }
    if (begun > 0 || lanes.some(isDue)) nextTurn()
  }

  return (request) => {
    const lane = request.isLikelyHit ? hits : rest
    if (begun < perTurn && isOpen(lane) && lane.queue.size() === 0) {
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
    lane.queue.push({ request, until: now() + limits.waitMilliseconds })
    if (timer === null) expire()
    nextTurn()
  }
}

import { E } from '../../fp.ts'
import { type Unavailable, unavailable } from '../shared/errors.ts'

/** A running task whose result several callers share. The task itself gets this value. */
export type Flight = {
  /** Whether the task timed out. Its result must then not replace a newer one. */
  readonly isGivenUp: () => boolean
}

type Running = {
  readonly result: Promise<E.Either<unknown, unknown>>
  readonly giveUp: () => void
  /** Number of sweeps since the task started. */
  age: number
}

/** Milliseconds. Each single wait inside a flight has its own, shorter limit. */
const defaultLimitMs = 10_000

/**
 * Turns a synchronous exception into a rejection. An async function would delay each flight by one microtask
 * turn.
 */
const begin = <A>(start: () => Promise<A>): Promise<A> => {
  try {
    return start()
  } catch (error) {
    return Promise.reject(error)
  }
}

/**
 * Returns a function that runs at most one task of a name at a time. Callers that come while a task runs
 * share its result. A task times out after between one and two times `limitMs`: its callers get
 * `Unavailable`, and the next caller starts a new task.
 */
export const createSingleFlight = (limitMs = defaultLimitMs) => {
  const underway = new Map<string, Running>()
  let isSweeping = false

  // One timer serves all flights, because tens of thousands of flights start each second.
  const scheduleSweep = (): void => {
    if (isSweeping) return
    isSweeping = true
    setTimeout(sweep, limitMs).unref()
  }

  const sweep = (): void => {
    isSweeping = false
    for (const [name, running] of underway) {
      running.age += 1
      if (running.age < 2) continue
      underway.delete(name)
      running.giveUp()
    }
    if (underway.size > 0) scheduleSweep()
  }

  return <L, A>(
    name: string,
    start: (flight: Flight) => Promise<E.Either<L, A>>,
  ): Promise<E.Either<L | Unavailable, A>> => {
    const running = underway.get(name)
    // All tasks of one name have the same result type, so the cast is safe.
    if (running !== undefined) return running.result as Promise<E.Either<L | Unavailable, A>>

    let isGivenUp = false
    let giveUp = (): void => undefined
    const result = new Promise<E.Either<L | Unavailable, A>>((resolve, reject) => {
      giveUp = () => {
        isGivenUp = true
        resolve(E.left(unavailable('shared task')(new Error(`it took longer than ${limitMs} ms`))))
      }
      begin(() => start({ isGivenUp: () => isGivenUp }))
        .finally(() => {
          if (underway.get(name)?.result === result) underway.delete(name)
        })
        .then(resolve, reject)
    })
    underway.set(name, { result, giveUp, age: 0 })
    scheduleSweep()
    return result
  }
}

import { E } from '../../fp.ts'
import { type Unavailable, unavailable } from '../shared/errors.ts'

/** A running task whose result several callers share. The task gets this value as its argument. */
export type Flight = {
  /** Returns whether the task timed out. The result of such a task must not replace a newer one. */
  readonly isGivenUp: () => boolean
}

type Running = {
  readonly result: Promise<E.Either<unknown, unknown>>
  readonly giveUp: () => void
  /** Number of timer ticks since the task started. Each tick ends the tasks that take too long. */
  age: number
}

/**
 * Default time limit of a task in milliseconds. Each single wait inside the task has its own, shorter limit.
 */
const defaultLimitMs = 10_000

/**
 * Converts a synchronous exception to a rejection. An async function would do the same, but would delay each
 * task by one microtask turn.
 */
const begin = <A>(start: () => Promise<A>): Promise<A> => {
  try {
    return start()
  } catch (error) {
    return Promise.reject(error)
  }
}

/**
 * Returns a function that runs at most one task of a name at a time. Callers share the result of a task that
 * is running when they call. A task times out after between one and two times `limitMs`: its callers get
 * `Unavailable`, and the next caller starts a new task.
 */
export const createSingleFlight = (limitMs = defaultLimitMs) => {
  const underway = new Map<string, Running>()
  let isSweeping = false

  // One timer serves all tasks, because tens of thousands of tasks start each second.
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
    // All tasks with the same name have the same result type, so the cast is safe.
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

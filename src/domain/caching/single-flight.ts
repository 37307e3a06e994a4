import { E } from '../../fp.ts'
import { type Unavailable, unavailable } from '../shared/errors.ts'

/** A task that others wait for, as the task itself sees it. */
export type Flight = {
  /** Whether it took too long, and was given up: what it brings now must not replace what is newer. */
  readonly isGivenUp: () => boolean
}

type Running = {
  readonly result: Promise<E.Either<unknown, unknown>>
  readonly giveUp: () => void
  /** Sweeps that it has lived through. */
  age: number
}

/** Longer than any single wait inside a flight: those have limits of their own. */
const usualLimitMs = 10_000

/** What throws at once fails as what rejects. An async function would cost every flight a turn. */
const begin = <A>(start: () => Promise<A>): Promise<A> => {
  try {
    return start()
  } catch (error) {
    return Promise.reject(error)
  }
}

/**
 * Makes a function that runs one task of a name at a time: a caller that comes while it runs gets what it gives. One
 * that takes longer than `limitMs` (twice that at most) is given up: all who wait for it get `Unavailable`, and the
 * next caller starts anew.
 */
export const createSingleFlight = (limitMs = usualLimitMs) => {
  const underway = new Map<string, Running>()
  let isSweeping = false

  // One timer for all flights: there are tens of thousands a second.
  const sweepLater = (): void => {
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
    if (underway.size > 0) sweepLater()
  }

  return <L, A>(
    name: string,
    start: (flight: Flight) => Promise<E.Either<L, A>>,
  ): Promise<E.Either<L | Unavailable, A>> => {
    const running = underway.get(name)
    // A name stands for one kind of task: what is under way is of this type.
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
    sweepLater()
    return result
  }
}

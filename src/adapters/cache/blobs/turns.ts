/** Lets those who read go on a few at a time, so that whoever else comes gets through in between. */
export type FairScheduler = {
  /**
   * Resolves when it is the caller's turn. Who has had nothing yet goes before all who have; among equals, who came
   * first has his first.
   */
  readonly next: (hasHad: 'nothing' | 'something') => Promise<void>
  /** For those who bring: resolves when nobody waits who has had nothing, at once if that is so. */
  readonly idle: () => Promise<void>
}

type Options = {
  /** Of those who have had nothing, who go on in one turn of the event loop. */
  readonly nothing: number
  /** Of the others, when none of those is waiting. */
  readonly something: number
}

/**
 * Turns of the event loop, in each of which Node lets in one new connection and no more (libuv, since 1.45): the
 * longer a turn, the longer a crowd stands at the door.
 */
export const createFairScheduler = (perTurn: Options): FairScheduler => {
  const waiting: Record<keyof Options, Array<() => void>> = { nothing: [], something: [] }
  let bringing: Array<() => void> = []
  let isSet = false

  const setNext = () => {
    isSet = waiting.nothing.length + waiting.something.length + bringing.length > 0
    if (isSet) setImmediate(goOn)
  }
  const pick = (): ReadonlyArray<() => void> => {
    if (waiting.nothing.length > 0) return waiting.nothing.splice(0, perTurn.nothing)
    const all = [...bringing, ...waiting.something.splice(0, perTurn.something)]
    bringing = []
    return all
  }
  const goOn = () => {
    const now = pick()
    setNext()
    for (const go of now) go()
  }
  const inLine = (line: Array<() => void>): Promise<void> =>
    new Promise((resolve) => {
      line.push(resolve)
      if (!isSet) setNext()
    })

  return {
    next: (hasHad) => inLine(waiting[hasHad]),
    idle: () => (waiting.nothing.length === 0 ? Promise.resolve() : inLine(bringing)),
  }
}

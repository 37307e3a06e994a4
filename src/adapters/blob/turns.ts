/** Lets those who want much go on a few at a time, so that whoever else comes gets through in between. */
export type Turns = {
  /** Resolves when it is the caller's turn; who came first has his first. */
  readonly next: () => Promise<void>
}

/**
 * `perTurn` callers go on in one turn of the event loop. In each of its turns Node lets in one new connection and
 * no more (libuv, since 1.45): the longer a turn, the longer a crowd stands at the door.
 */
export const createTurns = (perTurn: number): Turns => {
  let waiting: Array<() => void> = []
  const goOn = () => {
    const now = waiting.slice(0, perTurn)
    waiting = waiting.slice(perTurn)
    if (waiting.length > 0) setImmediate(goOn)
    for (const go of now) go()
  }

  return {
    next: () =>
      new Promise((resolve) => {
        if (waiting.length === 0) setImmediate(goOn)
        waiting.push(resolve)
      }),
  }
}

/** Resumes waiting readers a few at a time, so that new requests are accepted in between. */
export type FairScheduler = {
  /**
   * Resolves when it is the caller's turn. Readers that have had no bytes yet go first. Within each group the
   * order is first come, first served.
   */
  readonly next: (reader: 'starting' | 'started') => Promise<void>
  /** Is called by writers. Resolves when no reader waits for its first bytes; at once if none waits. */
  readonly idle: () => Promise<void>
}

type Options = {
  /** Number of readers without any bytes that are resumed per turn of the event loop. */
  readonly starting: number
  /** Number of other readers that are resumed per turn, if no reader without bytes waits. */
  readonly started: number
}

/**
 * Creates a scheduler whose turns are turns of the event loop. Node accepts one new connection per turn
 * (libuv since 1.45), so long turns delay new connections.
 */
export const createFairScheduler = (perTurn: Options): FairScheduler => {
  const waiting: Record<keyof Options, Array<() => void>> = { starting: [], started: [] }
  let writers: Array<() => void> = []
  let isScheduled = false

  const scheduleTurn = () => {
    isScheduled = waiting.starting.length + waiting.started.length + writers.length > 0
    if (isScheduled) setImmediate(runTurn)
  }
  const pick = (): ReadonlyArray<() => void> => {
    if (waiting.starting.length > 0) return waiting.starting.splice(0, perTurn.starting)
    const all = [...writers, ...waiting.started.splice(0, perTurn.started)]
    writers = []
    return all
  }
  const runTurn = () => {
    const batch = pick()
    scheduleTurn()
    for (const resume of batch) resume()
  }
  const enqueue = (line: Array<() => void>): Promise<void> =>
    new Promise((resolve) => {
      line.push(resolve)
      if (!isScheduled) scheduleTurn()
    })

  return {
    next: (reader) => enqueue(waiting[reader]),
    idle: () => (waiting.starting.length === 0 ? Promise.resolve() : enqueue(writers)),
  }
}

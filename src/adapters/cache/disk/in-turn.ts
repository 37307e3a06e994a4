/** Runs work on one name in the order in which it was handed in, work on different names side by side. */
export type KeyedMutex = {
  readonly run: <A>(name: string, work: () => Promise<A>) => Promise<A>
  /** Resolves when the work that was handed in so far has ended, well or not; `undefined` when there is none. */
  readonly pending: (name: string) => Promise<unknown> | undefined
}

export const createKeyedMutex = (): KeyedMutex => {
  const last = new Map<string, Promise<unknown>>()

  return {
    run: (name, work) => {
      const mine = (last.get(name) ?? Promise.resolve()).then(work)
      const ended = mine.then(
        () => undefined,
        () => undefined,
      )
      last.set(name, ended)
      // biome-ignore lint/complexity/noVoid: `ended` never rejects; who asked for the work gets its failure
      void ended.then(() => {
        if (last.get(name) === ended) last.delete(name)
      })
      return mine
    },
    pending: (name) => last.get(name),
  }
}

/** Runs work on the same name in the order of the calls, and work on different names concurrently. */
type KeyedMutex = {
  readonly run: <A>(name: string, work: () => Promise<A>) => Promise<A>
  /** Resolves when all work on a name has ended, successfully or not; `undefined` if there is none. */
  readonly pending: (name: string) => Promise<unknown> | undefined
}

export const createKeyedMutex = (): KeyedMutex => {
  const last = new Map<string, Promise<unknown>>()

  return {
    run: (name, work) => {
      const result = (last.get(name) ?? Promise.resolve()).then(work)
      const ended = result.then(
        () => undefined,
        () => undefined,
      )
      last.set(name, ended)
      // biome-ignore lint/complexity/noVoid: `ended` never rejects; the caller gets the failure of `result`
      void ended.then(() => {
        if (last.get(name) === ended) last.delete(name)
      })
      return result
    },
    pending: (name) => last.get(name),
  }
}

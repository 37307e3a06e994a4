/** Makes a function that runs one task of a name at a time: who comes while it runs gets what it gives. */
export const createSingleFlight = () => {
  const underway = new Map<string, Promise<unknown>>()

  return <A>(name: string, start: () => Promise<A>): Promise<A> => {
    // A name stands for one kind of task: what is under way is of this type.
    const running = underway.get(name) as Promise<A> | undefined
    if (running !== undefined) return running
    const started = start().finally(() => underway.delete(name))
    underway.set(name, started)
    return started
  }
}

/** Makes way for whatever else is to be done: requests that have come, bytes that have landed. */
export type Turns = {
  /** Resolves when all of that has had its chance. All who wait at one time go on together. */
  readonly next: () => Promise<void>
}

export const createTurns = (): Turns => {
  let next: Promise<void> | null = null

  return {
    next: () => {
      next ??= new Promise((resolve) => {
        setImmediate(() => {
          next = null
          resolve()
        })
      })
      return next
    },
  }
}

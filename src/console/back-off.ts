/** How long to wait before each further try, in milliseconds. */
export type BackOff = {
  /** Twice as long as the time before; `null` once there were enough tries. */
  readonly next: () => number | null
  /** Something succeeded: the next failure is the first one again. */
  readonly reset: () => void
}

type Bounds = {
  readonly first: number
  readonly most: number
  readonly tries: number
}

export const createBackOff = ({ first, most, tries }: Bounds): BackOff => {
  let tried = 0
  return {
    next: () => (tried >= tries ? null : Math.min(most, first * 2 ** tried++)),
    reset: () => {
      tried = 0
    },
  }
}

/** To a server that cannot be reached: about a minute in all. */
export const createLossBackOff = (): BackOff => createBackOff({ first: 1000, most: 30_000, tries: 6 })

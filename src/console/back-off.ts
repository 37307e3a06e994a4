/** Delays before retries, in milliseconds. */
type BackOff = {
  /** Returns twice the previous delay; `null` after the last retry. */
  readonly next: () => number | null
  /** Must be called after a success, so that the next failure counts as the first. */
  readonly reset: () => void
}

type Bounds = {
  readonly first: number
  readonly max: number
  readonly tries: number
}

export const createBackOff = ({ first, max, tries }: Bounds): BackOff => {
  let attempts = 0
  return {
    next: () => (attempts >= tries ? null : Math.min(max, first * 2 ** attempts++)),
    reset: () => {
      attempts = 0
    },
  }
}

/** Creates the delays between retries when the server cannot be connected to: about a minute in total. */
export const createConnectionLossBackOff = (): BackOff =>
  createBackOff({ first: 1000, max: 30_000, tries: 6 })

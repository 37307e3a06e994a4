/** One thing to close when a process ends. */
type Closing = { readonly name: string; readonly close: () => Promise<void> }

/** What could not be closed; everything else is. */
export class CloseError extends Error {}

/** For all of it. What takes longer is left to the end of the process. */
export const closeLimitMs = 1800
/** Of these, what is kept for each step that is still to come. */
const keptMs = 500

const within = (work: Promise<void>, ms: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no answer within ${(ms / 1000).toFixed(1)} s`)), ms)
    work.finally(() => clearTimeout(timer)).then(resolve, reject)
  })

/**
 * Closes everything within one limit: the sequences side by side, each one in its order, and no step is left out because another one
 * fails or hangs. Throws a `CloseError` in the end that names those.
 */
export const closeAll = async (sequences: ReadonlyArray<ReadonlyArray<Closing>>): Promise<void> => {
  const faults: string[] = []
  const deadline = performance.now() + closeLimitMs
  const closeInOrder = async (steps: ReadonlyArray<Closing>): Promise<void> => {
    // A `close` that throws at once is one that fails.
    for (const [at, { name, close }] of steps.entries()) {
      const kept = keptMs * (steps.length - 1 - at)
      await within((async () => close())(), Math.max(0, deadline - kept - performance.now())).catch(
        (cause) => {
          faults.push(
            `the ${name} could not be closed: ${cause instanceof Error ? cause.message : String(cause)}`,
          )
        },
      )
    }
  }
  await Promise.all(sequences.map(closeInOrder))
  if (faults.length > 0) throw new CloseError(faults.join('\n'))
}

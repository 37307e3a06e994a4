/** One thing to close when a process ends. */
type Closing = { readonly name: string; readonly close: () => Promise<void> }

/** What could not be closed; everything else is. */
export class CloseError extends Error {}

/** A step that takes longer is left to the end of the process. */
const limitMilliseconds = 2000

const within = (work: Promise<void>): Promise<void> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`no answer within ${limitMilliseconds / 1000} s`)),
      limitMilliseconds,
    )
    work.finally(() => clearTimeout(timer)).then(resolve, reject)
  })

/**
 * Closes everything: the sequences side by side, each one in its order, and no step is left out because another one
 * fails or hangs. Throws a `CloseError` in the end that names those.
 */
export const closeAll = async (sequences: ReadonlyArray<ReadonlyArray<Closing>>): Promise<void> => {
  const faults: string[] = []
  const closeInOrder = async (steps: ReadonlyArray<Closing>): Promise<void> => {
    // A `close` that throws at once is one that fails.
    for (const { name, close } of steps)
      await within((async () => close())()).catch((cause) => {
        faults.push(
          `the ${name} could not be closed: ${cause instanceof Error ? cause.message : String(cause)}`,
        )
      })
  }
  await Promise.all(sequences.map(closeInOrder))
  if (faults.length > 0) throw new CloseError(faults.join('\n'))
}

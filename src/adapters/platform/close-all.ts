import { errorMessage } from '../../domain/shared/error-text.ts'
import { withTimeout } from '../../domain/shared/with-timeout.ts'
import { systemMonotonic } from './system-monotonic.ts'

/** A resource to close when the process ends. */
type Closing = { readonly name: string; readonly close: () => Promise<void> }

/** The message names the resources that could not be closed. All others are closed. */
export class CloseError extends Error {}

/** Limit for all resources together. A resource that takes longer is closed by process exit. */
export const closeLimitMs = 1800
/** The share of it that is reserved for each later step. */
const reservedMs = 500

/**
 * Closes all resources within one limit: sequences in parallel, and each sequence in its order. Every step
 * runs, even if another one fails or hangs. At the end, throws a `CloseError` that names the failed ones.
 */
export const closeAll = async (sequences: ReadonlyArray<ReadonlyArray<Closing>>): Promise<void> => {
  const faults: string[] = []
  const deadline = systemMonotonic() + closeLimitMs
  const closeInOrder = async (steps: ReadonlyArray<Closing>): Promise<void> => {
    // `close` runs inside an async function, so that a synchronous throw is a rejection.
    for (const [index, { name, close }] of steps.entries()) {
      const reserved = reservedMs * (steps.length - 1 - index)
      const ms = Math.max(0, deadline - reserved - systemMonotonic())
      const closing = (async () => close())()
      await withTimeout(closing, ms, `no answer within ${(ms / 1000).toFixed(1)} s`).catch((cause) => {
        faults.push(`the ${name} could not be closed: ${errorMessage(cause)}`)
      })
    }
  }
  await Promise.all(sequences.map(closeInOrder))
  if (faults.length > 0) throw new CloseError(faults.join('\n'))
}

import { closeResourcesTimeoutMs } from '../../domain/shared/close-resources-timeout.ts'
import { errorMessage } from '../../domain/shared/error-text.ts'
import { withTimeout } from '../../domain/shared/with-timeout.ts'
import { systemMonotonic } from './system-monotonic.ts'

/** A resource that must be closed before the process ends. */
type Closing = { readonly name: string; readonly close: () => Promise<unknown> }

/** Signals that resources could not be closed. The message names them. */
export class CloseError extends Error {}

/** Time in milliseconds, within `closeResourcesTimeoutMs`, that is reserved for each later step of a sequence. */
const reservedMs = 500

/**
 * Closes all resources within one time limit. The sequences run in parallel, and the steps of a sequence run
 * in order. Every step runs, even if another one fails or hangs. At the end, throws a CloseError that names
 * the resources that could not be closed.
 */
export const closeAll = async (sequences: ReadonlyArray<ReadonlyArray<Closing>>): Promise<void> => {
  const faults: string[] = []
  const deadline = systemMonotonic() + closeResourcesTimeoutMs
  const closeInOrder = async (steps: ReadonlyArray<Closing>): Promise<void> => {
    // `close` is called inside an async function, so that a synchronous throw becomes a rejection.
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

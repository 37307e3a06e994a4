import type { Client } from './create-client.ts'
import { LarderError } from './larder-error.ts'
import { mayComeBack, mostFailures } from './may-come-back.ts'
import type { components } from './openapi.ts'
import { backOff, realTimers, type Timers } from './timers.ts'

/** How far an upload is, and the file that it becomes. */
export type UploadState = components['schemas']['UploadState']

type WaitForUploadOptions = {
  /** The uid of the upload. */
  readonly upload: string
  /** `in_library`: the file is in the library, and tokens can be minted for it. `ready`: it can be shown. */
  readonly until: 'in_library' | 'ready'
  readonly signal?: AbortSignal
  /** Is called with each new state. */
  readonly onState?: (state: UploadState) => void
  /** The clock and the waits, for tests. */
  readonly timers?: Timers
}

/** Times between two requests, in milliseconds. The first ones are short: most files are in the library in a moment. */
const firstInterval = 100
const longestInterval = 1000

/**
 * Waits for what becomes of an upload, for the admin or the ticket that began it, also while the server restarts. Throws a `LarderError`:
 * `exports_failed` if the file is refused, or what the server replies.
 */
export const waitForUpload = async (client: Client, options: WaitForUploadOptions): Promise<UploadState> => {
  const { upload, until, signal, onState, timers = realTimers } = options
  const show = () => client.showUpload({ path: { uid: upload }, ...(signal !== undefined && { signal }) })
  let last = ''
  let failures = 0
  let interval = firstInterval
  for (;;) {
    let data: UploadState
    try {
      data = (await show()).data
      failures = 0
    } catch (error) {
      if (signal?.aborted) throw signal.reason
      failures += 1
      if (failures >= mostFailures || !mayComeBack(error)) throw error
      await timers.sleep(backOff(failures - 1), signal)
      continue
    }
    // A ticket gets a new token with each reply, which is no new state.
    const text = JSON.stringify({ ...data, jwt: undefined })
    if (text !== last) onState?.(data)
    last = text
    if (data.state === 'refused' || data.state === 'failed')
      throw new LarderError({ type: 'exports_failed', message: data.reason ?? 'the file is refused' })
    if (data.state === 'ready' || data.state === until) return data
    await timers.sleep(interval, signal)
    interval = Math.min(interval * 2, longestInterval)
  }
}

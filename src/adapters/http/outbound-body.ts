import type { IncomingMessage } from 'node:http'
import { outboundFault, toOutboundError } from '../../domain/shared/outbound-fault.ts'
import type { OutboundLimits } from '../../ports/outbound.ts'
import type { OutboundCall } from './outbound-call.ts'

/** Yields the body within its limits. Ends the call when the body ends, fails, or is no longer read. */
export async function* readOutboundBody(
  response: IncomingMessage,
  { idleMs, maxBytes, longerBody }: OutboundLimits,
  call: OutboundCall,
): AsyncGenerator<Uint8Array> {
  let left = maxBytes
  try {
    const chunks = response[Symbol.asyncIterator]()
    while (true) {
      // The time that the consumer takes does not count.
      const stopTimer = call.failAfter(idleMs, 'stalled')
      const next: IteratorResult<Uint8Array> = await chunks.next().finally(stopTimer)
      if (next.done === true) return
      const chunk = next.value
      if (chunk.length > left) {
        if (longerBody === 'fails') call.fail('too_large')
        else if (left > 0) yield chunk.subarray(0, left)
        if (longerBody === 'is cut') return
        throw toOutboundError(outboundFault('too_large'))
      }
      left -= chunk.length
      yield chunk
    }
  } catch {
    throw toOutboundError(call.faultOr('broken_off'))
  } finally {
    call.end()
  }
}

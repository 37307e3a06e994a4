import { E } from '../../fp.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Outbound, OutboundResponse } from '../../ports/outbound.ts'
import type { WebhookSigning } from '../../ports/webhook-signing.ts'
import { outboundFaultTexts } from '../shared/outbound-fault.ts'
import { rfc3339 } from '../shared/rfc3339.ts'
import { type DeliveryAnswer, faultOfStatus } from './delivery-outcome.ts'
import { type LeasedDelivery, webhookLimits } from './webhook.ts'

export type MessageDeps = {
  readonly outbound: Outbound
  readonly webhookSigning: WebhookSigning
  readonly clock: Clock
  /** Maximum time of a try in milliseconds, from the connection to the end of the answer. */
  readonly tryMs: number
}

/** Returns the body of the message of an event (http-api.md §12.4), the same for each try. */
const bodyOf = ({ type, createdAt, data }: LeasedDelivery): string =>
  JSON.stringify({ type, timestamp: rfc3339(createdAt), data })

/**
 * Reads the beginning of an answer. The status is the answer, so that a receiver whose body hangs or breaks off has
 * answered nevertheless.
 */
const readBeginning = async ({ body, close }: OutboundResponse): Promise<string> => {
  // Drops the bytes of a character that is cut.
  const decoder = new TextDecoder()
  let text = ''
  let bytesLeft: number = webhookLimits.answerBytes
  try {
    for await (const piece of body) {
      text += decoder.decode(piece.subarray(0, bytesLeft), { stream: true })
      bytesLeft -= piece.length
      if (bytesLeft <= 0) break
    }
  } catch {
    // What has arrived is kept.
  } finally {
    close()
  }
  return text.replaceAll('\0', '\ufffd')
}

/** Sends a message once. Returns `null` if the try was cut off by `signal`. */
export const sendMessage = async (
  { outbound, webhookSigning, clock, tryMs }: MessageDeps,
  delivery: LeasedDelivery,
  signal: AbortSignal,
): Promise<DeliveryAnswer | null> => {
  const body = bodyOf(delivery)
  const at = Math.floor(clock() / 1000)
  const response = await outbound({
    url: delivery.url,
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'user-agent': 'Larder',
      'webhook-id': delivery.event,
      'webhook-timestamp': String(at),
      'webhook-signature': webhookSigning.sign(delivery.secrets, delivery.event, at, body),
    },
    body: new TextEncoder().encode(body),
    maxRedirects: 0,
    limits: {
      ...{ connectMs: tryMs, headersMs: tryMs, idleMs: tryMs, totalMs: tryMs },
      maxBytes: webhookLimits.answerBytes,
      longerBody: 'is cut',
    },
    signal,
  })()
  if (E.isRight(response)) {
    const { status } = response.right
    return { status, answer: await readBeginning(response.right), error: faultOfStatus(status) }
  }
  const { reason } = response.left
  if (reason === 'stopped' && signal.aborted) return null
  return { status: null, answer: null, error: `the server ${outboundFaultTexts[reason]}` }
}

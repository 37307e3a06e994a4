import { type Backoff, backoffMilliseconds } from '../background/backoff.ts'
import { type LeasedDelivery, testEvent, webhookLimits } from './webhook.ts'

/** What a receiver did. `error`: why the try failed (one line); `null` if it accepted the message. */
export type DeliveryAnswer = {
  readonly status: number | null
  readonly answer: string | null
  readonly error: string | null
}

/** How a try ends. */
export type DeliveryOutcome = DeliveryAnswer & {
  readonly result: 'delivered' | 'tried again' | 'failed'
  /** When the delivery is tried again, in milliseconds from now. */
  readonly delayMs: number
  /** For how long the webhook gets no message, in milliseconds; 0 after a success. */
  readonly pauseMs: number
  /** The receiver wants no more messages. */
  readonly isGone: boolean
}

/** Delays of one delivery: some 30 tries within a day. */
const deliveryBackoff: Backoff = { first: 10_000, most: 3_600_000 }
/**
 * Pauses of a webhook whose receiver does not accept anything. They end soon enough for a receiver that is back, and
 * thousands of waiting messages are not all tried in vain.
 */
const webhookBackoff: Backoff = { first: 1000, most: 60_000 }

const isSuccess = (status: number): boolean => status >= 200 && status < 300

/** Returns why an answer with this status is no success, in one line; `null` if it is one. */
export const faultOfStatus = (status: number): string | null => {
  if (isSuccess(status)) return null
  if (status === 410) return 'the receiver wants no more messages (410)'
  return status >= 300 && status < 400
    ? `the answer was a redirect (${status}), which is not followed`
    : `the status of the answer was ${status}`
}

/** Decides how a try ends. A delivery is tried for a day; a test only once. */
export const outcomeOfTry = (
  { type, tries, triedForMs, failuresInARow }: LeasedDelivery,
  answer: DeliveryAnswer,
  random: () => number,
): DeliveryOutcome => {
  if (answer.error === null) return { ...answer, result: 'delivered', delayMs: 0, pauseMs: 0, isGone: false }
  const isGone = answer.status === 410
  const leftMs = webhookLimits.triedMs - triedForMs
  const isLast = isGone || type === testEvent || leftMs <= 0
  return {
    ...answer,
    result: isLast ? 'failed' : 'tried again',
    // The last try is made at the end of the day, whatever the delay would be.
    delayMs: isLast ? 0 : Math.min(leftMs, backoffMilliseconds(deliveryBackoff, tries, random)),
    pauseMs: backoffMilliseconds(webhookBackoff, failuresInARow + 1, random),
    isGone,
  }
}

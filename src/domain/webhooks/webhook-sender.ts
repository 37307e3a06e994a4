import { E, type TE } from '../../fp.ts'
import type { Log } from '../../ports/log.ts'
import { addMilliseconds, type Monotonic } from '../../ports/monotonic.ts'
import type { Sleep } from '../../ports/sleep.ts'
import { type SenderName, senderLeaseMs, type WebhookDeliveries } from '../../ports/webhook-deliveries.ts'
import { errorStack } from '../shared/error-text.ts'
import { type Unavailable, unavailable } from '../shared/errors.ts'
import { type DeliveryOutcome, outcomeOfTry } from './delivery-outcome.ts'
import { type MessageDeps, sendMessage } from './send-message.ts'
import type { LeasedDelivery } from './webhook.ts'

type Deps = MessageDeps & {
  readonly webhookDeliveries: WebhookDeliveries
  readonly sender: SenderName
  readonly sleep: Sleep
  readonly monotonic: Monotonic
  readonly log: Log
  /** Returns a random number from 0 to 1, for the delays of tries. */
  readonly random: () => number
}

type Context = {
  /** When it is aborted, tries under way have `drainMs` to end. Then they are cut off and handed back. */
  readonly signal: AbortSignal
  /** Counts and logs a failure. */
  readonly failed: (error: unknown, item: string) => void
}

export type WebhookSender = {
  /** Sends deliveries until it is stopped. A failure of a receiver, or of the database, does not end it. */
  readonly run: (context: Context) => Promise<void>
}

const pollMs = 1000
const maxPauseMs = 5000
/** Time in milliseconds that tries under way have when the process stops. */
const drainMs = 2000
/** Number of tries to store a result that the database rejects, or when the process stops. */
const maxSettles = 5
const prunePieceLength = 1000
const pruneMs = 600_000

/**
 * Creates the sender of the deliveries of webhooks. One process of each machine sends. A delivery that it has taken is
 * leased, so that no other machine sends it meanwhile, and another one does if this process dies.
 */
export const createWebhookSender = (deps: Deps): WebhookSender => {
  const { webhookDeliveries, sender, sleep, monotonic, log, random } = deps

  /** Runs a call of the store. An exception is a bug, and must not end the sender. */
  const withoutException = async <A>(
    call: TE.TaskEither<Unavailable, A>,
    onException = () => {},
  ): Promise<E.Either<Unavailable, A>> => {
    try {
      return await call()
    } catch (error) {
      onException()
      log.error('webhooks.exception', { stack: errorStack(error) })
      return E.left(unavailable('database')(error))
    }
  }

  const run = async ({ signal, failed }: Context): Promise<void> => {
    const active = new Set<Promise<void>>()
    /** Each message has a signal of its own: one that derives from another stays in memory as long as that one. */
    const cuts = new Set<AbortController>()
    let wake = new AbortController()
    signal.addEventListener('abort', () => wake.abort(), { once: true })
    /** Number of results that could not be stored yet. */
    let unsettled = 0
    let claimsFrom = monotonic()
    let isSender = false
    let prunesFrom = monotonic()
    let failuresInARow = 0

    /** Stores a result. While the database is away, no other process can take the delivery. */
    const settle = async ({ lease, webhook }: LeasedDelivery, outcome: DeliveryOutcome): Promise<void> => {
      let triesLeft = maxSettles
      const useTry = () => {
        triesLeft -= 1
      }
      for (let isWaiting = false; ; ) {
        const settled = await withoutException(webhookDeliveries.settle(lease, outcome), useTry)
        if (signal.aborted) useTry()
        if (E.isRight(settled) || triesLeft <= 0) {
          if (isWaiting) unsettled -= 1
          if (E.isLeft(settled)) failed(settled.left, webhook)
          else if (settled.right.result === 'off')
            log.error('webhooks.switched_off', { webhook, reason: settled.right.reason })
          return
        }
        if (!isWaiting) unsettled += 1
        isWaiting = true
        await sleep(pollMs, signal)
      }
    }

    const deliver = async (delivery: LeasedDelivery): Promise<void> => {
      const cut = new AbortController()
      cuts.add(cut)
      const answer = await sendMessage(deps, delivery, cut.signal).finally(() => cuts.delete(cut))
      if (answer !== null) return settle(delivery, outcomeOfTry(delivery, answer, random))
      await withoutException(webhookDeliveries.handBack(delivery.lease))
    }

    const start = (delivery: LeasedDelivery): void => {
      const sending = deliver(delivery)
        .catch((error: unknown) => failed(error, delivery.webhook))
        .finally(() => {
          active.delete(sending)
          wake.abort()
        })
      active.add(sending)
    }

    /** Makes this process the sender of its machine, or renews that. */
    const claim = async (): Promise<E.Either<Unavailable, boolean>> => {
      if (monotonic() < claimsFrom) return E.right(isSender)
      const claimed = await webhookDeliveries.claimSending(sender)()
      isSender = E.isRight(claimed) && claimed.right
      if (E.isRight(claimed)) claimsFrom = addMilliseconds(monotonic(), senderLeaseMs / 3)
      return claimed
    }

    const prune = async (): Promise<E.Either<Unavailable, unknown>> => {
      if (monotonic() < prunesFrom) return E.right(0)
      prunesFrom = addMilliseconds(monotonic(), pruneMs)
      const pruned = await webhookDeliveries.prune(prunePieceLength)()
      if (E.isRight(pruned) && pruned.right >= prunePieceLength) prunesFrom = monotonic()
      return pruned
    }

    /** Starts all deliveries that are due. Results of an outage are stored first, so that none is sent again. */
    const poll: TE.TaskEither<Unavailable, unknown> = async () => {
      const claimed = await claim()
      if (E.isLeft(claimed) || !claimed.right || unsettled > 0) return claimed
      const taken = await webhookDeliveries.take()
      if (E.isLeft(taken)) return taken
      taken.right.forEach(start)
      return prune()
    }

    while (!signal.aborted) {
      wake = new AbortController()
      const polled = await withoutException(poll)
      failuresInARow = E.isLeft(polled) ? failuresInARow + 1 : 0
      // An outage is logged where all queries of the process are, so only its beginning is counted here.
      if (E.isLeft(polled) && failuresInARow === 1 && !signal.aborted) failed(polled.left, 'deliveries')
      if (E.isLeft(polled)) await sleep(Math.min(maxPauseMs, pollMs * failuresInARow), signal)
      else if (!signal.aborted) await sleep(pollMs, wake.signal)
    }
    const drained = new AbortController()
    const draining = sleep(drainMs, drained.signal).then(() => {
      for (const cut of cuts) cut.abort()
    })
    await Promise.all(active)
    drained.abort()
    await draining
    await withoutException(webhookDeliveries.releaseSending(sender))
  }

  return { run }
}

import { ascendingBy } from '../../domain/shared/order.ts'
import { type DeliveryLease, type LeasedDelivery, webhookLimits } from '../../domain/webhooks/webhook.ts'
import { TE } from '../../fp.ts'
import type { Clock } from '../../ports/clock.ts'
import { deliveryLeaseMs, senderLeaseMs, type WebhookDeliveries } from '../../ports/webhook-deliveries.ts'
import type { MemoryDelivery, MemoryWebhooks } from './memory-webhooks.ts'

const firstDue = ascendingBy<MemoryDelivery>(
  ({ runAt }) => runAt,
  ({ id }) => id,
)

/** Stores the deliveries of webhooks in memory, for tests. */
export const createMemoryWebhookDeliveries = (
  { webhooks, deliveries, newId, setDelivery, setWebhook }: MemoryWebhooks,
  clock: Clock,
): WebhookDeliveries => {
  const senders = new Map<string, { readonly process: string; readonly until: number }>()

  const leased = ({ id, token }: DeliveryLease): MemoryDelivery | null => {
    const row = deliveries.get(id)
    return row?.leaseToken === token ? row : null
  }

  const lease = (row: MemoryDelivery): LeasedDelivery | null => {
    const webhook = webhooks.get(row.webhook)
    if (webhook === undefined) return null
    const { id, event, type, data, createdAt } = row
    const now = clock()
    const firstTriedAt = row.firstTriedAt ?? now
    const token = newId()
    setDelivery(id, {
      ...{
        leaseToken: token,
        runAt: now + deliveryLeaseMs,
        tries: row.tries + 1,
        triedAt: now,
        firstTriedAt,
      },
    })
    const old = webhook.oldSecrets.filter(({ until }) => until > now).map(({ secret }) => secret)
    return {
      lease: { id, token },
      ...{ event, type, data, createdAt, tries: row.tries + 1, triedForMs: now - firstTriedAt },
      ...{ webhook: row.webhook, url: webhook.url, secrets: [webhook.secret, ...old] },
      failuresInARow: webhook.failures,
    }
  }

  const noteFailure = (uid: MemoryDelivery['webhook'], pauseMs: number, isGone: boolean) => {
    const webhook = webhooks.get(uid)
    if (webhook === undefined) return null
    const now = clock()
    const wasFailing = webhook.failedAt !== null && webhook.failedAt > now - webhookLimits.idleMs
    const failingSince = wasFailing ? (webhook.failingSince ?? now) : now
    const isFailing = failingSince <= now - webhookLimits.failingMs
    const reason = isGone ? 'gone' : isFailing ? 'failing' : null
    const isOff = webhook.offAt === null && reason !== null
    const failures = webhook.failures + 1
    setWebhook(uid, { failures, failingSince, failedAt: now, resumesAt: now + pauseMs })
    if (isOff) setWebhook(uid, { offAt: now, offReason: reason })
    return isOff ? reason : null
  }

  return {
    claimSending: ({ machine, process }) =>
      TE.fromIO(() => {
        const sender = senders.get(machine)
        if (sender !== undefined && sender.process !== process && sender.until >= clock()) return false
        senders.set(machine, { process, until: clock() + senderLeaseMs })
        return true
      }),
    releaseSending: ({ machine, process }) =>
      TE.fromIO(() => {
        if (senders.get(machine)?.process === process) senders.delete(machine)
      }),
    take: TE.fromIO(() =>
      [...webhooks.values()].flatMap(({ uid, offAt, resumesAt, failures }) => {
        if (offAt !== null || resumesAt > clock()) return []
        const waiting = [...deliveries.values()].filter(
          ({ webhook, state }) => webhook === uid && state === 'waiting',
        )
        const underWay = waiting.filter(({ leaseToken, runAt }) => leaseToken !== null && runAt > clock())
        const free = Math.max(0, (failures > 0 ? 1 : webhookLimits.lanes) - underWay.length)
        return waiting
          .filter(({ runAt }) => runAt <= clock())
          .sort(firstDue)
          .slice(0, free)
          .flatMap((row) => lease(row) ?? [])
      }),
    ),
    settle: (held, { result, status, answer, error, delayMs, pauseMs, isGone }) =>
      TE.fromIO(() => {
        const row = leased(held)
        if (row === null) return { result: 'lost' }
        const state = result === 'tried again' ? 'waiting' : result
        const runAt = clock() + delayMs
        setDelivery(row.id, { state, runAt, leaseToken: null, status, answer, error })
        if (result === 'delivered') {
          const ok = { failures: 0, failingSince: null, failedAt: null, resumesAt: 0 }
          setWebhook(row.webhook, { ...ok, lastDeliveredAt: clock() })
          return { result: 'settled' }
        }
        const reason = noteFailure(row.webhook, pauseMs, isGone)
        return reason === null ? { result: 'settled' } : { result: 'off', reason }
      }),
    handBack: (held) =>
      TE.fromIO(() => {
        const row = leased(held)
        if (row === null) return
        const firstTriedAt = row.tries > 1 ? row.firstTriedAt : null
        setDelivery(row.id, { runAt: clock(), leaseToken: null, tries: row.tries - 1, firstTriedAt })
      }),
    prune: (limit) =>
      TE.fromIO(() => {
        const old = [...deliveries.values()]
          .filter(({ createdAt }) => createdAt < clock() - webhookLimits.keepMs)
          .slice(0, limit)
        for (const { id } of old) deliveries.delete(id)
        return old.length
      }),
  }
}

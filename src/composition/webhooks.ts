import { webhookLimits } from '../domain/webhooks/webhook.ts'
import { createWebhookSender, type WebhookSender } from '../domain/webhooks/webhook-sender.ts'
import { createWebhookService, type WebhookService } from '../domain/webhooks/webhook-service.ts'
import type { SenderName, WebhookDeliveries } from '../ports/webhook-deliveries.ts'
import type { WebhookRepository } from '../ports/webhook-repository.ts'
import type { WebhookSigning } from '../ports/webhook-signing.ts'
import type { Adapters } from './larder.ts'

export type WebhookAdapters = {
  readonly webhooks: WebhookRepository
  readonly webhookDeliveries: WebhookDeliveries
  readonly webhookSigning: WebhookSigning
  /** Name of this process among those of its machine that could send. */
  readonly senderName: SenderName
}

export type WebhookServices = {
  readonly webhookService: WebhookService
  readonly webhookSender: WebhookSender
}

/** Creates what manages webhooks, and what sends to them. */
export const createWebhookServices = (adapters: Adapters): WebhookServices => {
  const { webhooks, webhookDeliveries, webhookSigning, senderName, outbound } = adapters
  const { newUid, clock, monotonic, sleep, log } = adapters
  return {
    webhookService: createWebhookService({ webhooks, webhookSigning, newUid }),
    webhookSender: createWebhookSender({
      webhookDeliveries,
      webhookSigning,
      outbound,
      sender: senderName,
      clock,
      monotonic,
      sleep,
      log,
      random: Math.random,
      tryMs: webhookLimits.tryMs,
    }),
  }
}

import { webhookLimits } from '../domain/webhooks/webhook.ts'
import { createWebhookSender, type WebhookSender } from '../domain/webhooks/webhook-sender.ts'
import { createWebhookService, type WebhookService } from '../domain/webhooks/webhook-service.ts'
import type { Adapters } from './larder.ts'

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

import { createMemoryWebhookDeliveries } from '../../../src/adapters/memory/memory-webhook-deliveries.ts'
import { createMemoryWebhookRepository } from '../../../src/adapters/memory/memory-webhook-repository.ts'
import { createMemoryWebhooks } from '../../../src/adapters/memory/memory-webhooks.ts'
import { webhookDeliveriesContract } from '../../contracts/webhook-deliveries.contract.ts'
import { webhookRepositoryContract } from '../../contracts/webhook-repository.contract.ts'
import { createStandingClock } from '../../support/memory-larder.ts'
import type { WebhookScene } from '../../support/webhook-scene.ts'

describe('memory webhooks', () => {
  const createScene = async (): Promise<WebhookScene> => {
    const { clock, advance } = createStandingClock()
    const webhooks = createMemoryWebhooks(clock)
    return {
      webhooks: createMemoryWebhookRepository(webhooks, clock),
      deliveries: createMemoryWebhookDeliveries(webhooks, clock),
      addEvent: async (type, media, data = { uid: media }) =>
        webhooks.addEvent({ type, media, kind: 'image', data }),
      advance: async (ms) => advance(ms / 1000),
    }
  }
  webhookRepositoryContract(createScene)
  webhookDeliveriesContract(createScene)
})

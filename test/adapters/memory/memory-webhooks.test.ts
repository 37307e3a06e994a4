import { createMemoryWebhookDeliveries } from '../../../src/adapters/memory/memory-webhook-deliveries.ts'
import { createMemoryWebhookRepository } from '../../../src/adapters/memory/memory-webhook-repository.ts'
import { createMemoryWebhooks } from '../../../src/adapters/memory/memory-webhooks.ts'
import { webhooksContract } from '../../contracts/webhooks.contract.ts'
import { createStandingClock } from '../../support/memory-larder.ts'

describe('memory webhooks', () => {
  webhooksContract(async () => {
    const { clock, advance } = createStandingClock()
    const webhooks = createMemoryWebhooks(clock)
    return {
      webhooks: createMemoryWebhookRepository(webhooks, clock),
      deliveries: createMemoryWebhookDeliveries(webhooks, clock),
      addEvent: async (type, media, data = { uid: media }) =>
        webhooks.addEvent({ type, media, kind: 'image', data }),
      advance: async (ms) => advance(ms / 1000),
    }
  })
})

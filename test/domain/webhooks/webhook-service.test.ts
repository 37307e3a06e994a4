import { expect } from 'chai'
import { hmacWebhookSigning } from '../../../src/adapters/crypto/hmac-webhook-signing.ts'
import { createRandomUid } from '../../../src/adapters/crypto/random-uid.ts'
import { createMemoryWebhookRepository } from '../../../src/adapters/memory/memory-webhook-repository.ts'
import { createMemoryWebhooks } from '../../../src/adapters/memory/memory-webhooks.ts'
import { unavailable } from '../../../src/domain/shared/errors.ts'
import { createWebhookService } from '../../../src/domain/webhooks/webhook-service.ts'
import { TE } from '../../../src/fp.ts'
import { right } from '../../support/expect-right.ts'

const url = 'https://app.example.org/hook'

describe('the service of webhooks', () => {
  it('returns a new secret by the write alone, because no other call shows it', async () => {
    const store = createMemoryWebhooks(() => 0)
    const webhooks = createMemoryWebhookRepository(store, () => 0)
    const service = createWebhookService({
      webhooks: { ...webhooks, find: () => TE.left(unavailable('database')(new Error('it is away'))) },
      webhookSigning: hmacWebhookSigning,
      newUid: createRandomUid(null),
    })
    const secrets = () => [...store.webhooks.values()].map(({ secret }) => secret)
    const added = await right(service.add({ url, events: null }))
    expect(secrets()).to.deep.equal([added.secret])
    expect(added.webhook).to.include({ url, offAt: null })
    const rotated = await right(service.rotate(added.webhook.uid))
    expect(secrets()).to.deep.equal([rotated.secret])
    expect(rotated.webhook).to.deep.equal(added.webhook)
    expect(await right(service.enable(added.webhook.uid))).to.deep.equal(added.webhook)
  })
})

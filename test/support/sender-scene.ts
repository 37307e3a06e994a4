import { hmacWebhookSigning } from '../../src/adapters/crypto/hmac-webhook-signing.ts'
import { createHttpOutbound } from '../../src/adapters/http/http-outbound.ts'
import { createMemoryWebhookDeliveries } from '../../src/adapters/memory/memory-webhook-deliveries.ts'
import { createMemoryWebhookRepository } from '../../src/adapters/memory/memory-webhook-repository.ts'
import { createMemoryWebhooks } from '../../src/adapters/memory/memory-webhooks.ts'
import { createWebhookSender } from '../../src/domain/webhooks/webhook-sender.ts'
import type { Outbound } from '../../src/ports/outbound.ts'
import type { WebhookDeliveries } from '../../src/ports/webhook-deliveries.ts'
import { asMonotonic } from './as-monotonic.ts'
import { right } from './expect-right.ts'
import { resolveTestName } from './foreign-servers.ts'
import { createStandingClock } from './memory-larder.ts'
import { createRecordingLog } from './recording-log.ts'
import { createTestSleep } from './test-sleep.ts'
import { aNewWebhook } from './webhook-scene.ts'

/** Creates webhooks in memory whose time the test sets. */
export const makeSenderScene = (now = Date.now()) => {
  const standing = createStandingClock()
  const start = standing.clock()
  const clock = () => standing.clock() - start + now
  const store = createMemoryWebhooks(clock)
  const webhooks = createMemoryWebhookRepository(store, clock)
  return {
    clock,
    advance: (ms: number) => standing.advance(ms / 1000),
    webhooks,
    deliveries: createMemoryWebhookDeliveries(store, clock),
    add: async (url: string) => {
      const webhook = aNewWebhook({ url, secret: hmacWebhookSigning.newSecret() })
      await right(webhooks.add(webhook))
      return webhook
    },
    addEvent: (type: string, data: Readonly<Record<string, unknown>> = { uid: 'if_a', kind: 'image' }) =>
      store.addEvent({ type, media: 'if_a', kind: 'image', data }),
    /** All deliveries, the oldest first. */
    all: () => [...store.deliveries.values()],
  }
}
type Scene = ReturnType<typeof makeSenderScene>

type Options = {
  readonly deliveries?: WebhookDeliveries
  readonly outbound?: Outbound
  readonly process?: string
  /** Maximum time of a try in milliseconds. */
  readonly tryMs?: number
}

/** Requests to this machine. */
export const localOutbound = createHttpOutbound({ resolveName: resolveTestName, exceptions: ['127.0.0.1'] })

/** Starts a sender, whose connections go to this machine only. */
export const startSender = (
  scene: Scene,
  { deliveries = scene.deliveries, outbound = localOutbound, process = 'one', tryMs = 10_000 }: Options = {},
) => {
  const timer = createTestSleep()
  const failures: string[] = []
  const { log, entries } = createRecordingLog()
  const stopping = new AbortController()
  const sender = createWebhookSender({
    webhookDeliveries: deliveries,
    outbound,
    webhookSigning: hmacWebhookSigning,
    sender: { machine: 'here', process },
    sleep: timer.sleep,
    clock: scene.clock,
    monotonic: asMonotonic(scene.clock),
    log,
    random: () => 1,
    tryMs,
  })
  const ended = sender.run({ signal: stopping.signal, failed: (_, item) => failures.push(item) })
  const abort = () => stopping.abort()
  return {
    timer,
    failures,
    entries,
    ended,
    abort,
    /** Lets time pass, and lets the sender look for what is due. */
    pass: async (ms: number) => {
      scene.advance(ms)
      await timer.next()
    },
    stop: async () => {
      abort()
      await ended
    },
  }
}

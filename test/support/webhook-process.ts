import { hmacWebhookSigning } from '../../src/adapters/crypto/hmac-webhook-signing.ts'
import { createHttpOutbound } from '../../src/adapters/http/http-outbound.ts'
import { createKnex } from '../../src/adapters/knex/create-knex.ts'
import { createKnexWebhookDeliveries } from '../../src/adapters/knex/knex-webhook-deliveries.ts'
import { systemMonotonic } from '../../src/adapters/platform/system-monotonic.ts'
import { timerSleep } from '../../src/adapters/platform/timer-sleep.ts'
import { createWebhookSender } from '../../src/domain/webhooks/webhook-sender.ts'
import { resolveTestName } from './foreign-servers.ts'
import { silentLog } from './recording-log.ts'

// Runs as its own process, which sends to webhooks of this machine until it is killed, and prints a line for each failure
// that it counts. Its arguments are the URL of the
// database and the name of the machine that it says it is.

const [url = '', machine = ''] = process.argv.slice(2)
const db = createKnex(async () => ({ connectionString: url }), 4)
const stopping = new AbortController()
process.on('SIGTERM', () => stopping.abort())

await createWebhookSender({
  webhookDeliveries: createKnexWebhookDeliveries(db),
  outbound: createHttpOutbound({ resolveName: resolveTestName, exceptions: ['127.0.0.1'] }),
  webhookSigning: hmacWebhookSigning,
  sender: { machine, process: `${machine}:${process.pid}` },
  sleep: timerSleep,
  clock: Date.now,
  monotonic: systemMonotonic,
  log: silentLog,
  random: Math.random,
  tryMs: 10_000,
}).run({ signal: stopping.signal, failed: () => process.stdout.write('failed\n') })
await db.destroy()

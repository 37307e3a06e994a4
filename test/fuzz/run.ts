import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import type { TrafficCounters } from '../../src/http/middleware/traffic-counters.ts'
import { exchange } from '../support/exchange.ts'
import { quantile, startHealthProbe } from '../support/health-probe.ts'
import { createConversation } from './conversation.ts'
import { recordKnownReplies } from './known-replies.ts'
import { makeLibrary } from './library.ts'
import { startServer } from './server-process.ts'

// Starts a `larder serve`, sends it malformed, strange and good requests, several on each connection, and
// checks every byte of the replies: npm run fuzz -- --seed N --requests N. The seed determines all requests;
// `--only N` repeats one conversation.

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    requests: { type: 'string', default: '20000' },
    only: { type: 'string' },
    connections: { type: 'string', default: '24' },
  },
})
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31))
const requestCount = values.only === undefined ? Number(values.requests) : 1
const rssBound = 400 * 2 ** 20

const print = (line: string) => process.stdout.write(`${line}\n`)
/** Returns the traffic counts of the server. */
const trafficOf = async (port: number, idToken: string): Promise<TrafficCounters> => {
  const { body } = await exchange(`http://127.0.0.1:${port}/api/1/admin/cache`, {
    headers: { authorization: `Bearer ${idToken}` },
  })
  return (JSON.parse(body.toString()) as { traffic: TrafficCounters }).traffic
}

const dataDir = await mkdtemp(join(tmpdir(), 'larder-fuzz-'))
const env = { DATA_DIR: dataDir, SAMPLE_MEDIA: '0', PORT: '0', LAME_DUCK_SECONDS: '0', LOG_LEVEL: 'debug' }
const faults: string[] = []
const fault = (what: string) => {
  faults.push(what)
  print(`FAULT  ${what}`)
}

print(`seed ${seed}, ${requestCount} requests`)
const library = await makeLibrary(env)
const server = await startServer(env)
try {
  const knownReplies = await recordKnownReplies(server.port, library, dataDir)
  print(`${knownReplies.length} known replies; the server listens on ${server.port}`)
  const descriptorsBefore = server.descriptors()
  const rssBefore = server.rssBytes()

  const probe = startHealthProbe(server.port)
  let rssPeak = rssBefore
  const watching = setInterval(() => {
    if (server.isAlive()) rssPeak = Math.max(rssPeak, server.rssBytes())
  }, 100)

  let sent = 0
  let number = values.only === undefined ? 0 : Number(values.only)
  const statuses = new Map<number, number>()
  const client = async () => {
    while (sent < requestCount && faults.length < 20 && server.isAlive()) {
      const current = number++
      const conversation = createConversation(server.port, { seed, number: current }, knownReplies, library)
      // Requests are counted before the conversation runs, so that one seed always means the same
      // conversations.
      sent += conversation.requests
      const outcome = await conversation.run()
      for (const status of outcome.statuses) statuses.set(status, (statuses.get(status) ?? 0) + 1)
      if (outcome.fault === null) continue
      fault(
        `${outcome.fault.what}\n  sent      ${outcome.fault.sent}\n  received  ${outcome.fault.received}\n  again: npm run fuzz -- --seed ${seed} --only ${current}`,
      )
    }
  }
  const started = performance.now()
  await Promise.all(
    Array.from({ length: values.only === undefined ? Number(values.connections) : 1 }, client),
  )
  const seconds = (performance.now() - started) / 1000
  clearInterval(watching)
  const { milliseconds, failed } = await probe.stop()
  if (failed > 0) fault(`/healthz failed ${failed} times`)

  if (!server.isAlive()) fault(`the server ended: ${server.output().slice(-2000)}`)
  else {
    // The connection pool of the database may keep some descriptors open.
    const bound = descriptorsBefore + 12
    for (let n = 0; n < 100 && server.descriptors() > bound; n += 1) await sleep(200)
    if (server.descriptors() > bound)
      fault(`${server.descriptors()} descriptors are open, ${descriptorsBefore} were`)
    let { requests, connections } = await trafficOf(server.port, library.idToken)
    // The counts include the request that reads them, and its connection.
    const isAtRest = () => requests.in_flight <= 1 && requests.waiting === 0 && connections.open <= 2
    for (let n = 0; n < 50 && !isAtRest(); n += 1) {
      await sleep(200)
      ;({ requests, connections } = await trafficOf(server.port, library.idToken))
    }
    if (!isAtRest()) fault(`counted as open: ${JSON.stringify({ requests, connections })}`)
    print(`traffic ${JSON.stringify({ requests, connections })}`)
    if (rssPeak > rssBefore + rssBound) fault(`RSS rose from ${rssBefore} to ${rssPeak}`)
    print(`descriptors ${descriptorsBefore} before, ${server.descriptors()} after`)
  }
  print(`${sent} requests in ${number} connections, ${seconds.toFixed(0)} s`)
  print(
    `statuses ${[...statuses]
      .sort(([a], [b]) => a - b)
      .map(([status, count]) => `${status}: ${count}`)
      .join(', ')}`,
  )
  print(`RSS ${Math.round(rssBefore / 2 ** 20)} MiB before, ${Math.round(rssPeak / 2 ** 20)} MiB at most`)
  print(
    `/healthz of ${milliseconds.length}: median ${quantile(milliseconds, 0.5).toFixed(1)} ms, p99 ${quantile(milliseconds, 0.99).toFixed(1)} ms`,
  )
} finally {
  const code = await server.stop()
  if (code !== 0) fault(`the server ended with ${code}: ${server.output().slice(-2000)}`)
  const output = server.output()
  const tokens = [library.film.jwt, library.privateImage.jwt, library.publicImage.jwt, library.idToken]
  for (const jwt of tokens)
    for (const piece of jwt.split('.').slice(1))
      if (output.includes(piece)) fault('a token in the output of the server')
  // PostgreSQL ends shortly after the server that used it, so removing its folder is retried.
  await rm(dataDir, { recursive: true, force: true, maxRetries: 10, retryDelay: 500 })
}
print(
  faults.length === 0
    ? 'all is well'
    : `${faults.length} faults; again: npm run fuzz -- --seed ${seed} --requests ${requestCount}`,
)
process.exit(faults.length === 0 ? 0 : 1)

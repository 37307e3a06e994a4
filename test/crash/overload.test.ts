import { join } from 'node:path'
import { expect } from 'chai'
import { createFsObjectStore } from '../../src/adapters/fs/fs-object-store.ts'
import { formatTokenKeys } from '../../src/adapters/jose/token-keys.ts'
import { createKnexContentFileRepository } from '../../src/adapters/knex/knex-content-file-repository.ts'
import { createKnexImageFileRepository } from '../../src/adapters/knex/knex-image-file-repository.ts'
import { localProcessLiveness } from '../../src/adapters/platform/process-liveness.ts'
import { startServer } from '../fuzz/server-process.ts'
import { anImageFileUid } from '../support/builders.ts'
import { newCrowdResult, sendRequestsUntil } from '../support/crowd-client.ts'
import { right } from '../support/expect-right.ts'
import { quantile, startHealthProbe } from '../support/health-probe.ts'
import { seedImage } from '../support/library.ts'
import { createMemoryLarder, testKeys } from '../support/memory-larder.ts'
import { pseudoRandomBytes } from '../support/origins.ts'
import { connectionUrl, withDatabase } from '../support/postgres.ts'
import { pollUntilTrue } from '../support/processes.ts'
import { removeScratch, scratchFolder } from '../support/scratch.ts'

const clients = 2000
const seconds = Number(process.env.OVERLOAD_SECONDS ?? 10)
const rssBound = 400 * 2 ** 20

describe(`${clients} connections with constant cache misses (R9) [V28]`, () => {
  const database = withDatabase()
  after(removeScratch)

  it('get replies or 503 with Retry-After; hits and health checks are served, and memory is bounded', async () => {
    const dataDir = await scratchFolder()
    const larder = await createMemoryLarder({
      clock: Date.now,
      store: createFsObjectStore(join(dataDir, 'objects'), localProcessLiveness),
      imageFiles: createKnexImageFileRepository(database.knex()),
      contentFiles: createKnexContentFileRepository(database.knex()),
    })
    const image = await seedImage(larder, [pseudoRandomBytes(40_000)])
    const server = await startServer({
      PORT: '0',
      SAMPLE_MEDIA: '0',
      LAME_DUCK_SECONDS: '0',
      DATA_DIR: dataDir,
      DATABASE_URL: connectionUrl(database.connection()),
      IMAGE_TOKEN_KEYS: formatTokenKeys([testKeys.image]),
    })
    const { port } = server
    // A hit is a playlist, bytes, or a reply that is not replayed.
    const hits = [
      `/api/1/image_files/playlist/${image.uid}?jwt=${image.jwt}`,
      `/api/1/image_files/image/${image.exports[0]?.uid}.webp?jwt=${image.jwt}`,
      `/api/1/image_files/${image.uid}/best?w=100&jwt=${image.jwt}`,
    ]
    for (const hit of hits) expect((await fetch(`http://127.0.0.1:${port}${hit}`)).status).to.equal(200)

    // Images that do not exist are not cached, and each costs a query. Each is requested once.
    const cold = await Promise.all(
      Array.from({ length: 40_000 }, async () => {
        const uid = anImageFileUid()
        return `/api/1/image_files/playlist/${uid}?jwt=${await right(larder.tokens.mint('image', uid, 3600))}`
      }),
    )
    let nextUrl = 0
    let isOver = false
    let rssPeak = 0
    const watching = setInterval(() => {
      rssPeak = Math.max(rssPeak, server.rssBytes())
    }, 100)
    const rssBefore = server.rssBytes()
    const connectProbe = startHealthProbe(port)
    const [ofCold, ofHits] = [newCrowdResult(), newCrowdResult()]
    const nextCold = () => ({ target: cold[nextUrl++ % cold.length] ?? '/' })
    let turn = 0
    const nextHit = () => ({ target: hits[turn++ % hits.length] ?? '/' })
    const busy = [
      ...Array.from({ length: clients }, () => sendRequestsUntil(port, nextCold, () => isOver, ofCold)),
      ...Array.from({ length: 8 }, () => sendRequestsUntil(port, nextHit, () => isOver, ofHits)),
    ]
    // Connections are accepted one by one, including those of the health probe.
    await pollUntilTrue(async () => ofCold.served >= clients)
    const duringConnects = await connectProbe.stop()
    const probe = startHealthProbe(port)
    setTimeout(() => {
      isOver = true
    }, seconds * 1000)
    await Promise.all(busy)
    clearInterval(watching)
    const health = await probe.stop()
    expect(await server.stop(), server.output()).to.equal(0)

    const describeResult = (name: string, { statuses, milliseconds }: typeof ofCold) =>
      `${name}: ${[...statuses].map(([status, count]) => `${count} × ${status}`).join(', ')}; p50 ${quantile(milliseconds, 0.5).toFixed(0)} ms, p99 ${quantile(milliseconds, 0.99).toFixed(0)} ms`
    const describeHealth = (name: string, { milliseconds }: typeof health) =>
      `${name}: ${milliseconds.length}, p50 ${quantile(milliseconds, 0.5).toFixed(0)} ms, p99 ${quantile(milliseconds, 0.99).toFixed(0)} ms`
    for (const line of [
      describeResult('cold', ofCold),
      describeResult('hits', ofHits),
      describeHealth('health, during connects', duringConnects),
      describeHealth('health', health),
      `RSS ${Math.round(rssBefore / 2 ** 20)} MiB before, ${Math.round(rssPeak / 2 ** 20)} MiB at most`,
    ])
      process.stdout.write(`      ${line}\n`)

    expect([...ofHits.statuses.keys()], 'hits').to.deep.equal(['200'])
    // Whether any request is refused depends on the machine; test/server/overload.test.ts covers that with
    // small limits.
    for (const status of ofCold.statuses.keys()) expect(status).to.be.oneOf(['404', '503 with Retry-After'])
    expect(ofCold.broken + ofHits.broken, 'connections that broke').to.equal(0)
    expect(health.failed + duringConnects.failed, 'health probes that failed').to.equal(0)
    expect(rssPeak - rssBefore, 'RSS').to.be.below(rssBound)
  }).timeout(300_000)
})

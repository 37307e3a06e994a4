import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import { formatTokenKeys } from '../../src/adapters/jose/token-keys.ts'
import { createKnexContentFileRepository } from '../../src/adapters/knex/knex-content-file-repository.ts'
import { createKnexImageFileRepository } from '../../src/adapters/knex/knex-image-file-repository.ts'
import { createS3ObjectStore } from '../../src/adapters/s3/s3-object-store.ts'
import { type DatabaseProxy, startDatabaseProxy } from '../support/database-proxy.ts'
import { exchange } from '../support/exchange.ts'
import { type SeededImage, seedImage } from '../support/library.ts'
import { type LoadTally, startLoad } from '../support/load-generator.ts'
import { createMemoryLarder, testKeys } from '../support/memory-larder.ts'
import { pseudoRandomBytes } from '../support/origins.ts'
import { withDatabase } from '../support/postgres.ts'
import { pollUntilTrue } from '../support/processes.ts'
import { type ServingLarder, serveLarder } from '../support/run-larder.ts'
import { openS3Target, type S3Target } from '../support/s3-target.ts'
import { removeScratch, scratchFolder } from '../support/scratch.ts'
import { startTcpFaultProxy, type TcpFaultProxy } from '../support/tcp-fault-proxy.ts'

/** How long the dependencies are silent (seconds). SILENT_SECONDS=60 sets it for longer runs by hand. */
const silentSeconds = Number(process.env.SILENT_SECONDS ?? 8)
const graceSeconds = 1
const warmImages = 20

describe(`larder serve while its database and store do not respond for ${silentSeconds} s (R8)`, () => {
  const database = withDatabase()
  let target: S3Target
  let postgres: DatabaseProxy
  let s3: TcpFaultProxy
  let env: Readonly<Record<string, string>>
  let images: ReadonlyArray<SeededImage>
  let larder: ServingLarder
  let nextCold = 0

  before(async function () {
    this.timeout(180_000)
    target = await openS3Target()
    postgres = await startDatabaseProxy(database.connection())
    s3 = await startTcpFaultProxy(target.options.endpoint)
    const direct = createS3ObjectStore(target.options)
    const seeding = await createMemoryLarder({
      clock: Date.now,
      store: direct.store,
      imageFiles: createKnexImageFileRepository(database.knex()),
      contentFiles: createKnexContentFileRepository(database.knex()),
    })
    const seeded: SeededImage[] = []
    for (let i = 0; i < warmImages + 800; i += 1)
      seeded.push(await seedImage(seeding, [pseudoRandomBytes(5000, i + 1)]))
    images = seeded
    direct.close()
    const { bucket, region, credentials } = target.options
    env = {
      DATA_DIR: await scratchFolder(),
      DATABASE_URL: urlOf(postgres.connection),
      S3_BUCKET: bucket,
      S3_REGION: region ?? '',
      S3_ENDPOINT: s3.endpoint,
      S3_FORCE_PATH_STYLE: '1',
      AWS_ACCESS_KEY_ID: credentials?.accessKeyId ?? '',
      AWS_SECRET_ACCESS_KEY: credentials?.secretAccessKey ?? '',
      IMAGE_TOKEN_KEYS: formatTokenKeys([testKeys.image]),
      SHUTDOWN_GRACE_SECONDS: String(graceSeconds),
    }
  })
  after(async () => {
    await s3.close()
    await postgres.close()
    await target.close()
    await removeScratch()
  })

  const listUrl = (image: SeededImage) =>
    `${larder.base}/api/1/image_files/playlist/${image.uid}?jwt=${image.jwt}&presign=none`
  const bytesUrl = (image: SeededImage) =>
    `${larder.base}/api/1/image_files/image/${image.exports[0]?.uid}.webp?jwt=${image.jwt}`
  /** Returns an image that was not requested before, while there are any. */
  const cold = (): SeededImage => {
    nextCold += 1
    return images[warmImages + (nextCold % (images.length - warmImages))] as SeededImage
  }

  const start = async (): Promise<ReadonlyArray<{ readonly url: string; readonly body: Buffer }>> => {
    larder = await serveLarder(env)
    await pollUntilTrue(async () => (await exchange(`${larder.base}/readyz`)).body.includes('"ready"'))
    const urls = images.slice(0, warmImages).flatMap((image) => [listUrl(image), bytesUrl(image)])
    return Promise.all(
      urls.map(async (url) => {
        const { status, body } = await exchange(url)
        expect(status).to.equal(200)
        return { url, body }
      }),
    )
  }

  const silences = {
    database: (mode: 'silent' | 'pass') => postgres.set({ kind: mode }),
    'object store': (mode: 'silent' | 'pass') => s3.set({ kind: mode }),
  } as const

  it('serves warm requests, refuses cold ones, and recovers afterwards', async () => {
    const warm = await start()
    let turn = 0
    const warmLoad = startLoad(4, () => warm[turn++ % warm.length] ?? null, 10)
    const coldLoad = startLoad(
      8,
      () => {
        const image = cold()
        return { url: nextCold % 2 === 0 ? listUrl(image) : bytesUrl(image), body: null }
      },
      50,
    )
    for (const [name, set] of Object.entries(silences)) {
      await sleep(1000)
      warmLoad.reset()
      coldLoad.reset()
      set('silent')
      await sleep(silentSeconds * 1000)
      set('pass')
      const healedAt = performance.now()
      const refused = coldLoad.reset()
      await sleep(6000)
      const [after, warmAll] = [coldLoad.reset(), warmLoad.reset()]
      const late = Math.max(refused.lastFailureAt, after.lastFailureAt) - healedAt
      process.stdout.write(`${report(name, warmAll, refused, after, late)}\n`)

      expect(Object.keys(warmAll.statuses)).to.deep.equal(['200'])
      expect(warmAll.wrong).to.equal(0)
      expect([...Object.keys(refused.statuses), ...Object.keys(after.statuses)]).to.satisfy(
        (statuses: ReadonlyArray<string>) => statuses.every((status) => status === '200' || status === '503'),
      )
      await pollUntilTrue(async () => (await exchange(bytesUrl(cold()))).status === 200)
      await pollUntilTrue(async () => (await exchange(`${larder.base}/readyz`)).body.includes('"ready"'))
    }
    await Promise.all([warmLoad.stop(), coldLoad.stop()])
    expect(await larder.end('SIGTERM')).to.equal(0)
    const outages = larder.err.concat(larder.out).filter((line) => line.includes('"outage.'))
    process.stdout.write(`      ${outages.length} lines of outages in the log\n`)
  }).timeout(240_000 + 3000 * silentSeconds)

  for (const what of [['database'], ['object store'], ['database', 'object store']] as const)
    it(`ends at a signal while its ${what.join(' and ')} do not respond and requests wait`, async () => {
      await start()
      for (const name of what) silences[name]('silent')
      const waiting = Array.from({ length: 20 }, (_, i) =>
        exchange(i % 2 === 0 ? listUrl(cold()) : bytesUrl(cold())).catch(() => null),
      )
      await sleep(500)
      const signalledAt = performance.now()
      const code = await larder.end('SIGTERM')
      const milliseconds = Math.round(performance.now() - signalledAt)
      process.stdout.write(
        `      R8 SIGTERM, ${what.join(' and ')} silent: ${milliseconds} ms (grace ${graceSeconds} s)\n`,
      )
      for (const name of what) silences[name]('pass')
      await Promise.all(waiting)
      expect(code).to.equal(0)
    })
})

const report = (name: string, warm: LoadTally, cold: LoadTally, after: LoadTally, late: number): string =>
  [
    `      R8 ${name} silent for ${silentSeconds} s:`,
    `warm ${warm.statuses[200] ?? 0} of ${warm.requests} (slowest ${Math.round(warm.slowest)} ms);`,
    `cold ${JSON.stringify(cold.statuses)} (slowest 503 ${Math.round(Math.max(cold.slowest503, after.slowest503))} ms);`,
    `last failure ${Math.round(late)} ms after it was back`,
  ].join(' ')

const urlOf = (place: DatabaseProxy['connection']): string =>
  'connectionString' in place
    ? place.connectionString
    : `postgres://${place.user}@${place.host}:${place.port}/${place.database}`

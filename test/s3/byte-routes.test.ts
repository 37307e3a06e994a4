import { expect } from 'chai'
import { createMemoryObjectStore } from '../../src/adapters/memory/memory-object-store.ts'
import { createS3ObjectStore } from '../../src/adapters/s3/s3-object-store.ts'
import { byteRoutesContract } from '../contracts/byte-routes.contract.ts'
import { createDiskLarder, type DiskLarder } from '../support/disk-larder.ts'
import { exchange } from '../support/exchange.ts'
import { seedImage } from '../support/library.ts'
import { listen } from '../support/memory-larder.ts'
import { pseudoRandomBytes } from '../support/origins.ts'
import { createRecordingLog } from '../support/recording-log.ts'
import { s3Error } from '../support/s3/s3-error.ts'
import { startS3Server } from '../support/s3-server.ts'
import { openS3Target, type S3Target } from '../support/s3-target.ts'
import { removeScratch } from '../support/scratch.ts'
import { startTcpFaultProxy } from '../support/tcp-fault-proxy.ts'

type S3Options = S3Target['options']

describe('byte routes on S3', () => {
  let target: S3Target
  const closing: Array<() => unknown> = []

  before(async () => {
    target = await openS3Target()
  })
  after(async () => {
    for (const close of closing) await close()
    await target.close()
    await removeScratch()
  })

  /** Starts Larder on a bucket, and records its log. */
  const openLarder = async (changes: Partial<S3Options> = {}) => {
    const { log, entries } = createRecordingLog()
    const { store, close } = createS3ObjectStore({ ...target.options, ...changes, log })
    const larder = await createDiskLarder({ adapters: { store, log } })
    closing.push(larder.disk.close, close)
    return { larder, entries }
  }

  const pathOf = async (larder: DiskLarder, bytes: Buffer): Promise<string> => {
    const { exports, jwt } = await seedImage(larder, [bytes])
    return `/api/1/image_files/image/${exports[0]?.uid}.webp?jwt=${jwt}`
  }

  byteRoutesContract(async () => (await openLarder({ prefix: 'a prefix/' })).larder)

  for (const kind of ['ends', 'resets'] as const)
    it(`return every byte when the connection to the store ${kind} in the middle of them`, async () => {
      const proxy = await startTcpFaultProxy(target.options.endpoint)
      const { larder, entries } = await openLarder({ endpoint: proxy.endpoint })
      const server = await listen(larder)
      closing.push(server.close, proxy.close)
      const bytes = pseudoRandomBytes(9 * 2 ** 20)
      const path = await pathOf(larder, bytes)

      proxy.fail({ kind, after: 5_000_000 }, { kind, after: 2_000_000 })
      const { status, isWhole, body } = await exchange(server.base + path)
      expect([status, isWhole, body.equals(bytes)]).to.deep.equal([200, true, true])
      expect(proxy.pending()).to.equal(0)
      const resumed = entries
        .filter(({ event }) => event === 's3.read_resumed')
        .map(({ fields }) => fields.at)
      expect(resumed).to.have.length(2)
      expect(resumed[0]).to.be.greaterThan(0)
    })

  const ills: ReadonlyArray<{
    readonly what: string
    readonly change: (options: S3Options) => Partial<S3Options> | Promise<Partial<S3Options>>
    readonly line: RegExp
  }> = [
    {
      what: 'whose secret key is another',
      change: ({ credentials }) => ({
        credentials: { accessKeyId: credentials?.accessKeyId ?? '', secretAccessKey: 'another' },
      }),
      line: /^the store at \S+ refused the signature: check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY$/,
    },
    {
      what: 'that does not know the key',
      change: () => ({ credentials: { accessKeyId: 'nobody', secretAccessKey: 'another' } }),
      line: /check AWS_ACCESS_KEY_ID|allow its key/,
    },
    {
      what: 'without the bucket',
      change: () => ({ bucket: 'larder-test-not-there' }),
      line: /^there is no bucket larder-test-not-there at \S+: create it, or set S3_BUCKET$/,
    },
    {
      what: 'that nobody listens at',
      change: () => ({ endpoint: 'http://127.0.0.1:9' }),
      line: /^the store at http:\/\/127\.0\.0\.1:9 cannot be reached \(ECONNREFUSED\): check S3_ENDPOINT$/,
    },
    {
      what: 'that finds the clock wrong, whatever the time',
      change: async () => {
        const skewed = () => s3Error('RequestTimeTooSkewed', 403)
        const { endpoint, credentials, region, close } = await startS3Server({ intercept: skewed })
        closing.push(close)
        return { endpoint, credentials, region }
      },
      line: /^the clocks of this machine and of the store at \S+ differ .*: correct the clock of this machine$/,
    },
  ]
  for (const { what, change, line } of ills)
    it(`return 503 when the store is one ${what}, and report the remedy only to operators`, async () => {
      const { larder, entries } = await openLarder(await change(target.options))
      const path = await pathOf({ ...larder, store: createMemoryObjectStore() }, pseudoRandomBytes(1000))
      const server = await listen(larder)
      const { status, headers, body } = await exchange(server.base + path)
      await server.close()

      expect([status, headers['retry-after']]).to.deep.equal([503, '2'])
      expect(Object.keys(JSON.parse(body.toString()))).to.deep.equal(['type', 'message', 'markdown'])
      expect(body.toString()).not.to.match(/bucket|key|127\.0\.0\.1/i)
      const told = entries.filter(({ event }) => event === 'outage.started')
      expect(told).to.have.length(1)
      expect(String(told[0]?.fields.cause).replace(/^Error: /, '')).to.match(line)

      // `larder doctor` prints these findings.
      const { findings } = await larder.health.examine()
      expect(findings.find(({ name }) => name === 'object store')?.fault).to.match(line)
    })
})

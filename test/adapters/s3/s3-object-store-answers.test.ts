import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import { expect } from 'chai'
import type { S3Options } from '../../../src/adapters/s3/s3-client.ts'
import { createS3ObjectStore } from '../../../src/adapters/s3/s3-object-store.ts'
import type { Unavailable } from '../../../src/domain/shared/errors.ts'
import { O, type TE } from '../../../src/fp.ts'
import type { ObjectStore } from '../../../src/ports/object-store.ts'
import { collect, sha256 } from '../../support/bytes.ts'
import { left, right } from '../../support/expect-right.ts'
import { newObject } from '../../support/new-object.ts'
import { createRecordingLog } from '../../support/recording-log.ts'
import { type S3Error, s3Error } from '../../support/s3/s3-error.ts'
import { type S3Server, type SeenRequest, startS3Server } from '../../support/s3-server.ts'

const small = newObject(Buffer.from('larder'), { contentType: 'image/webp' })
const large = newObject(randomBytes(17 * 1024 * 1024), { contentType: 'image/webp' })
const range = { start: 0, end: 6 }

describe('S3 object store, for each response of its server', () => {
  let server: S3Server
  let intercept: (request: SeenRequest) => S3Error | null
  let now: () => number
  let options: S3Options & { readonly endpoint: string }
  let store: ObjectStore
  let closers: Array<() => void>

  beforeEach(async () => {
    intercept = () => null
    now = Date.now
    closers = []
    server = await startS3Server({
      buckets: ['larder'],
      intercept: (request) => intercept(request),
      clock: () => now(),
    })
    const { endpoint, region, credentials } = server
    const { log } = createRecordingLog()
    options = { bucket: 'larder', prefix: '', endpoint, region, credentials, forcePathStyle: true, log }
    store = storeWith({})
  })
  afterEach(async () => {
    for (const close of closers) close()
    await server.close()
  })

  const storeWith = (overrides: Partial<S3Options>): ObjectStore => {
    const opened = createS3ObjectStore({ ...options, ...overrides })
    closers.push(opened.close)
    return opened.store
  }
  const seen = (): ReadonlyArray<string> => server.requests.map(({ method, key }) => `${method} ${key}`)
  const causeOf = async <A>(task: TE.TaskEither<Unavailable, A>): Promise<string> => {
    const { cause } = await left(task)
    return cause instanceof Error ? cause.message : ''
  }

  it('puts a small object in one request, with its type and its sha256', async () => {
    await right(store.put('s3_files/one', small))
    expect(seen()).to.deep.equal(['PUT s3_files/one'])
    const stored = server.buckets.get('larder')?.objects.get('s3_files/one')
    expect(stored?.headers['content-type']).to.equal('image/webp')
    const checksum = Buffer.from(small.sha256, 'hex').toString('base64')
    expect(stored?.checksum).to.include({ 'x-amz-checksum-sha256': checksum })
  })

  it('puts a large object in parts, each with a checksum', async () => {
    await right(store.put('s3_files/one', large))
    const parts = server.requests.filter(({ query }) => query.has('partNumber'))
    expect(parts).to.have.length(3)
    for (const { headers } of parts) expect(headers['x-amz-checksum-crc32']).to.be.a('string')
    expect(server.buckets.get('larder')?.uploads.size).to.equal(0)
    expect(server.buckets.get('larder')?.objects.get('s3_files/one')?.headers['content-type']).to.equal(
      'image/webp',
    )
  })

  it('keeps no part of a large object that has a wrong checksum or was refused', async () => {
    await left(store.put('s3_files/one', { ...large, sha256: small.sha256 }))
    intercept = ({ query }) => (query.get('partNumber') === '2' ? s3Error('AccessDenied', 403) : null)
    await left(store.put('s3_files/one', large))
    expect(server.buckets.get('larder')?.uploads.size).to.equal(0)
    expect(server.buckets.get('larder')?.objects.size).to.equal(0)
  })

  it('opens the source of a refused object once, and closes it', async () => {
    let [opened, closed] = [0, 0]
    async function* source(): AsyncIterable<Uint8Array> {
      opened += 1
      try {
        yield* large.open()
      } finally {
        closed += 1
      }
    }
    intercept = () => s3Error('AccessDenied', 403)
    await left(store.put('s3_files/one', { ...large, open: source }))
    expect([opened, closed]).to.deep.equal([1, 1])
  })

  it('reads the source of a large object at the rate of the upload', async () => {
    const size = 64 * 1024 * 1024
    const chunk = Buffer.alloc(1024 * 1024)
    const uploaded = (): number => {
      const uploads = [...(server.buckets.get('larder')?.uploads.values() ?? [])]
      return uploads
        .flatMap(({ parts }) => [...parts.values()])
        .reduce((sum, part) => sum + part.bytes.length, 0)
    }
    let furthestAhead = 0
    async function* source(): AsyncIterable<Uint8Array> {
      for (let sent = 0; sent < size; sent += chunk.length) {
        furthestAhead = Math.max(furthestAhead, sent - uploaded())
        yield chunk
      }
    }
    await right(
      store.put('s3_files/one', { ...large, size, sha256: sha256(Buffer.alloc(size)), open: source }),
    )
    expect(furthestAhead).to.be.within(1, 42 * 1024 * 1024)
  })

  it('reads an object with one request', async () => {
    await right(store.put('s3_files/one', small))
    const found = await right(store.read('s3_files/one', range))
    expect(O.isSome(found) && (await collect(found.value)).toString()).to.equal('larder')
    expect(seen()).to.deep.equal(['PUT s3_files/one', 'GET s3_files/one'])
  })

  it('adds its prefix to every key', async () => {
    await right(storeWith({ prefix: 'live/' }).put('s3_files/one', small))
    expect([...(server.buckets.get('larder')?.objects.keys() ?? [])]).to.deep.equal(['live/s3_files/one'])
  })

  it('retries when the store is overloaded', async () => {
    let busy = 2
    intercept = () => (busy-- > 0 ? s3Error('InternalError', 500) : null)
    await right(store.put('s3_files/one', small))
    expect(seen()).to.deep.equal(Array(3).fill('PUT s3_files/one'))
  })

  it('stores an object although the clocks of client and server differ by an hour', async () => {
    now = () => Date.now() + 60 * 60 * 1000
    await right(store.put('s3_files/one', small))
  })

  it('fails with Unavailable for a response that is not the requested range', async () => {
    const bytes = Buffer.from('larder')
    const object = { bytes, etag: '"e"', modified: now(), headers: {}, checksum: {} }
    server.buckets.get('larder')?.objects.set('s3_files/one', object)
    intercept = ({ headers }) => {
      delete headers.range
      return null
    }
    expect(await causeOf(store.read('s3_files/one', { start: 2, end: 4 }))).to.match(
      /^the store was asked for/,
    )
  })

  it('fails with Unavailable for a missing bucket, unlike a missing object', async () => {
    const elsewhere = storeWith({ bucket: 'nowhere' })
    const tasks = [elsewhere.check, elsewhere.read('a', range), elsewhere.read('a', { start: 0, end: 0 })]
    for (const task of [...tasks, elsewhere.put('a', small), elsewhere.delete('a')]) {
      expect(await causeOf<unknown>(task)).to.match(/^there is no bucket nowhere at http:/)
    }
  })

  const refusals: ReadonlyArray<readonly [string, number, RegExp]> = [
    ['AccessDenied', 403, /^the store refused access to bucket larder: allow/],
    ['RequestTimeTooSkewed', 403, /^the clocks of this machine and of the store .* differ/],
    ['SlowDown', 503, /^the store at .* is failing or overloaded \(503 SlowDown\)$/],
    ['NotImplemented', 501, /^the store at .* answered 501 NotImplemented: /],
    ['InvalidObjectState', 400, /^the store at .* answered 400 InvalidObjectState: InvalidObjectState$/],
  ]
  for (const [code, status, line] of refusals) {
    it(`explains ${code} in one line`, async () => {
      intercept = () => s3Error(code, status)
      expect(await causeOf(store.check)).to.match(line)
    })
  }

  it('explains wrong settings in one line', async () => {
    const { accessKeyId, secretAccessKey } = server.credentials
    const wrong: ReadonlyArray<readonly [Partial<S3Options>, RegExp]> = [
      [
        { credentials: { accessKeyId, secretAccessKey: 'wrong' } },
        /refused the signature: check AWS_ACCESS_KEY_ID/,
      ],
      [{ credentials: { accessKeyId: 'wrong', secretAccessKey } }, /does not know the access key/],
      [{ region: 'elsewhere-1' }, /expects another region: set S3_REGION/],
      [
        { endpoint: 'http://127.0.0.1:1' },
        /^the store at http:\/\/127.0.0.1:1 cannot be reached \(ECONNREFUSED\)/,
      ],
      [
        { endpoint: 'http://store.invalid' },
        /cannot be reached \((ENOTFOUND|EAI_AGAIN)\): check S3_ENDPOINT/,
      ],
      [
        { endpoint: server.endpoint.replace('http:', 'https:') },
        /^there is no trusted TLS connection to .* \(EPROTO\)/,
      ],
    ]
    for (const [overrides, line] of wrong) expect(await causeOf(storeWith(overrides).check)).to.match(line)
  })

  it('prints nothing itself', async () => {
    const program = `
      const { createS3ObjectStore } = await import(process.argv[1])
      const log = { info: () => undefined, warn: () => undefined, error: () => undefined }
      const { store, close } = createS3ObjectStore({ ...JSON.parse(process.argv[2]), log })
      const result = await store.check()
      if (result._tag !== 'Right') throw new Error(result.left.cause)
      close()`
    const adapter = new URL('../../../src/adapters/s3/s3-object-store.ts', import.meta.url).href
    const args = [
      '--import',
      'tsx',
      '--input-type=module',
      '--eval',
      program,
      adapter,
      JSON.stringify(options),
    ]
    const { stdout, stderr } = await promisify(execFile)(process.execPath, args)
    expect(stdout + stderr).to.equal('')
  })
})

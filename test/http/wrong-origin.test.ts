import { expect } from 'chai'
import { createMemoryObjectStore } from '../../src/adapters/memory/memory-object-store.ts'
import { cacheKeys } from '../../src/ports/cache-keys.ts'
import { createDiskLarder, type DiskLarder } from '../support/disk-larder.ts'
import { type Exchange, exchange } from '../support/exchange.ts'
import { right } from '../support/expect-right.ts'
import {
  createFaultyObjectStore,
  type Fault,
  type FaultyObjectStore,
} from '../support/faulty-object-store.ts'
import { type SeededImage, seedImage } from '../support/library.ts'
import { createMemoryLarder, listen, type TestServer } from '../support/memory-larder.ts'
import { pseudoRandomBytes } from '../support/origins.ts'
import { pollUntilTrue } from '../support/processes.ts'
import { removeScratch, scratchFolder } from '../support/scratch.ts'

/** A request, and the bytes of the object that it selects. */
type Request = { readonly range: string | null; readonly start: number; readonly end: number }

const requestsOf = (size: number): ReadonlyArray<Request> => [
  { range: null, start: 0, end: size },
  { range: 'bytes=0-999', start: 0, end: 1000 },
  { range: `bytes=${size / 2}-${size / 2 + 999}`, start: size / 2, end: size / 2 + 1000 },
  { range: 'bytes=-1000', start: size - 1000, end: size },
]

type Case = {
  readonly what: string
  readonly fault: (size: number) => Fault
  /** The status if no byte was sent. It is set for faults that never let a byte through. */
  readonly status?: 502 | 503
}

const cases: ReadonlyArray<Case> = [
  { what: 'lacks the object', fault: () => ({ kind: 'none' }), status: 502 },
  { what: 'is unavailable', fault: () => ({ kind: 'unavailable' }), status: 503 },
  { what: 'has an empty object', fault: () => ({ kind: 'truncated', size: 0 }), status: 502 },
  { what: 'has half of the object', fault: (size) => ({ kind: 'truncated', size: size / 2 }) },
  { what: 'lacks the last byte', fault: (size) => ({ kind: 'truncated', size: size - 1 }) },
  { what: 'has a byte too many', fault: () => ({ kind: 'appends', bytes: Buffer.of(0) }) },
  { what: 'stops at once', fault: () => ({ kind: 'ends', after: 0 }), status: 502 },
  { what: 'stops half-way', fault: (size) => ({ kind: 'ends', after: size / 2 }) },
  { what: 'breaks at once', fault: () => ({ kind: 'throws', after: 0 }), status: 503 },
  { what: 'breaks half-way', fault: (size) => ({ kind: 'throws', after: size / 2 }) },
  { what: 'stalls at once', fault: () => ({ kind: 'stalls', after: 0 }), status: 503 },
  { what: 'stalls half-way', fault: (size) => ({ kind: 'stalls', after: size / 2 }) },
  { what: 'has another first bit', fault: () => ({ kind: 'flips', at: 0 }) },
  { what: 'has another bit in the middle', fault: (size) => ({ kind: 'flips', at: size / 2 }) },
  { what: 'has another last bit', fault: (size) => ({ kind: 'flips', at: size - 1 }) },
]

/**
 * While the fill is in progress, a range that starts at this offset or later has its own read of the store.
 */
const farBytes = 4 * 2 ** 20

/**
 * Verifies a reply by http-api.md §6.4. Only the sha256 of the whole object reveals a flipped bit. A range
 * may contain the flipped bit if it was sent before the object was complete, or was read separately. A cached
 * or whole object never contains it.
 */
const check = (reply: Exchange, bytes: Buffer, { range, start, end }: Request, { kind }: Fault): void => {
  const { status, body, isWhole, headers } = reply
  const isVerified = range === null || (end === bytes.length && start < farBytes)
  if (status === null) return // The connection broke before the head had left the buffers.
  if (status === 502 || status === 503) {
    const { type } = JSON.parse(body.toString())
    expect(type).to.equal(status === 502 ? 'bad_origin' : 'unavailable')
    expect(headers['cache-control']).to.equal('no-store')
    return
  }
  expect(status).to.equal(range === null ? 200 : 206)
  const selected = bytes.subarray(start, end)
  if (kind !== 'flips') expect(body.equals(selected.subarray(0, body.length))).to.equal(true)
  if (kind !== 'flips' || isVerified) expect(isWhole && !body.equals(selected)).to.equal(false)
  if (range === null) expect(isWhole).to.equal(false)
}

const sizes = [
  { name: 'small', size: 100_000 },
  { name: 'large', size: 9 * 2 ** 20 },
]

describe('an object store that returns wrong data (§6.4, W4)', () => {
  let faulty: FaultyObjectStore
  let larder: DiskLarder
  let server: TestServer

  before(async () => {
    faulty = createFaultyObjectStore(createMemoryObjectStore())
    larder = await createDiskLarder({ adapters: { store: faulty.store }, cache: { fill: { stallMs: 150 } } })
    server = await listen(larder)
  })
  after(async () => {
    await server.close()
    await larder.disk.close()
    await removeScratch()
  })

  const urlOf = ({ exports, jwt }: SeededImage): string =>
    `${server.base}/api/1/image_files/image/${exports[0]?.uid}.webp?jwt=${jwt}`

  const send = (url: string, { range }: Request): Promise<Exchange> =>
    exchange(url, { headers: range === null ? {} : { range } })

  const closed = () => pollUntilTrue(async () => faulty.openStreams() === 0)

  for (const { name, size } of sizes) {
    const bytes = pseudoRandomBytes(size)
    const whole: Request = { range: null, start: 0, end: size }
    let image: SeededImage
    before(async () => {
      image = await seedImage(larder, [bytes])
    })
    beforeEach(() => faulty.heal())

    const clearCache = async () => {
      const uid = image.exports[0]?.file.uid
      if (uid !== undefined) await right(larder.blobs.delete(cacheKeys.storedFile({ uid })))
    }

    for (const { what, fault, status } of cases)
      it(`that ${what} is always detected: a ${name} object, one client and ten`, async () => {
        for (const request of requestsOf(size))
          for (const clients of [1, 10]) {
            await clearCache()
            const url = urlOf(image)
            faulty.when(({ operation }) => (operation === 'read' ? fault(size) : null))
            const replies = await Promise.all(Array.from({ length: clients }, () => send(url, request)))
            for (const reply of replies) {
              check(reply, bytes, request, fault(size))
              if (status !== undefined) expect(reply.status).to.equal(status)
            }

            await closed()
            faulty.heal()
            const before = faulty.reads()
            const recovered = await send(url, whole)
            expect([recovered.status, recovered.isWhole, recovered.body.equals(bytes)]).to.deep.equal([
              200,
              true,
              true,
            ])
            expect(faulty.reads()).to.be.greaterThan(before)
          }
      })
  }
})

describe('several ranges of an unavailable object', () => {
  const failures: ReadonlyArray<readonly [Fault, number]> = [
    [{ kind: 'none' }, 502],
    [{ kind: 'unavailable' }, 503],
    [{ kind: 'throws', after: 0 }, 503],
  ]
  for (const [fault, status] of failures)
    it(`get ${status}, like a single range, when the store has the fault "${fault.kind}"`, async () => {
      const faulty = createFaultyObjectStore(createMemoryObjectStore())
      const larder = await createMemoryLarder({ store: faulty.store })
      const { exports, jwt } = await seedImage(larder, [pseudoRandomBytes(1000)])
      const server = await listen(larder)
      faulty.when(() => fault)
      const url = `${server.base}/api/1/image_files/image/${exports[0]?.uid}.webp?jwt=${jwt}`
      expect((await exchange(url, { headers: { range: 'bytes=0-9,50-59' } })).status).to.equal(status)
      await server.close()
    })
})

describe('an unavailable object store (R2, W28)', () => {
  it('does not affect cached objects, even after a restart', async () => {
    const faulty = createFaultyObjectStore(createMemoryObjectStore())
    const dir = await scratchFolder()
    const first = await createDiskLarder({ adapters: { store: faulty.store }, cache: { dir } })
    const bodies = [1, 5000, 100_000, 3 * 2 ** 20, 9 * 2 ** 20].map((size) => pseudoRandomBytes(size, size))
    const image = await seedImage(first, bodies)
    const pathOf = (at: number) => `/api/1/image_files/image/${image.exports[at]?.uid}.webp?jwt=${image.jwt}`

    const server = await listen(first)
    for (const at of bodies.keys()) await exchange(server.base + pathOf(at))
    await first.disk.settled()

    const readsSoFar = faulty.reads()
    faulty.when(() => ({ kind: 'unavailable' }))
    const allIsServed = async (base: string) => {
      for (const [at, bytes] of bodies.entries()) {
        const whole = await exchange(base + pathOf(at))
        expect([whole.status, whole.isWhole, whole.body.equals(bytes)]).to.deep.equal([200, true, true])
        const half = Math.floor(bytes.length / 2)
        const part = await exchange(base + pathOf(at), { headers: { range: `bytes=${half}-` } })
        expect([part.status, part.isWhole, part.body.equals(bytes.subarray(half))]).to.deep.equal([
          206,
          true,
          true,
        ])
      }
      const ready = await exchange(`${base}/readyz`)
      expect(JSON.parse(ready.body.toString()).checks).to.include({ 'object store': 'down' })
    }
    await allIsServed(server.base)
    await server.close()
    await first.disk.close()

    const { imageFiles, contentFiles } = first
    const reopened = await createDiskLarder({
      adapters: { store: faulty.store, imageFiles, contentFiles },
      cache: { dir },
    })
    const restarted = await listen(reopened)
    await allIsServed(restarted.base)
    expect(faulty.reads()).to.equal(readsSoFar)
    await restarted.close()
    await reopened.disk.close()
    await removeScratch()
  })
})

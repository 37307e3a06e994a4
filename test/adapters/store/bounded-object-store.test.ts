import { expect } from 'chai'
import { createMemoryObjectStore } from '../../../src/adapters/memory/memory-object-store.ts'
import { createBreaker } from '../../../src/adapters/platform/breaker.ts'
import { createS3ObjectStore } from '../../../src/adapters/s3/s3-object-store.ts'
import { createBoundedObjectStore } from '../../../src/adapters/store/bounded-object-store.ts'
import { defaultStoreLimits } from '../../../src/adapters/store/store-limits.ts'
import { unavailable } from '../../../src/domain/shared/errors.ts'
import { TimeoutError } from '../../../src/domain/shared/timeout-error.ts'
import { E, O, TE } from '../../../src/fp.ts'
import type { ObjectStore } from '../../../src/ports/object-store.ts'
import { objectStoreContract } from '../../contracts/object-store.contract.ts'
import { asMonotonic } from '../../support/as-monotonic.ts'
import { collect, inChunks, sha256 } from '../../support/bytes.ts'
import { left, right } from '../../support/expect-right.ts'
import { createFaultyObjectStore } from '../../support/faulty-object-store.ts'
import { pollUntilTrue } from '../../support/processes.ts'
import { openS3Target, type S3Target } from '../../support/s3-target.ts'
import { startTcpFaultProxy, type TcpFaultProxy } from '../../support/tcp-fault-proxy.ts'

const bytes = Buffer.from('some bytes')
const object = {
  contentType: 'image/webp',
  size: bytes.length,
  sha256: sha256(bytes),
  open: () => inChunks(bytes),
}
const all = { start: 0, end: bytes.length }
const key = 's3_files/one'

describe('bounded object store', () => {
  const make = (inner: ObjectStore, { openMs = 0, firstByte = 2000 } = {}) => {
    let now = 0
    const breaker = createBreaker({ openMs, monotonic: asMonotonic(() => now) })
    const limits = { ...defaultStoreLimits, firstByte, check: 2000, delete: 2000 }
    return {
      store: createBoundedObjectStore(inner, breaker, limits),
      advance: (ms: number) => {
        now += ms
      },
    }
  }

  objectStoreContract(async () => make(createMemoryObjectStore()).store)

  it('[V27] fails a stream whose first byte does not arrive, and cancels it', async () => {
    const inner = createMemoryObjectStore()
    const faulty = createFaultyObjectStore(inner)
    await right(inner.put(key, object))
    const { store } = make(faulty.store, { firstByte: 50 })
    faulty.when(() => ({ kind: 'stalls', after: 0 }))
    const opened = await right(store.read(key, all))
    if (O.isNone(opened)) return expect.fail('the object is missing')
    const error = await collect(opened.value).catch((cause: unknown) => cause)
    expect(String(error)).to.include('nothing came for')
    await pollUntilTrue(async () => faulty.openStreams() === 0)
  })

  it('[V27] does not time out a stream that has started', async () => {
    const inner = createMemoryObjectStore()
    const faulty = createFaultyObjectStore(inner)
    await right(inner.put(key, object))
    const { store } = make(faulty.store, { firstByte: 50 })
    faulty.when(() => ({ kind: 'stalls', after: 3 }))
    const opened = await right(store.read(key, all))
    if (O.isNone(opened)) return expect.fail('the object is missing')
    const whole = collect(opened.value)
    // The limit of a later stream without a first byte ends after that of the first stream would have.
    faulty.when(() => ({ kind: 'stalls', after: 0 }))
    const later = await right(store.read(key, all))
    if (O.isNone(later)) return expect.fail('the object is missing')
    expect(String(await collect(later.value).catch((cause: unknown) => cause))).to.include('nothing came for')
    faulty.heal()
    expect((await whole).equals(bytes)).to.equal(true)
  })

  describe('[S7] opens its breaker only after a timeout', () => {
    const limits = { ...defaultStoreLimits, firstByte: 50, check: 50 }
    const reset = unavailable('object store')(new Error('reset by peer'))
    /** Blocks the event loop, so that an answer is late although no timer has fired. */
    const block = (): void => {
      const until = performance.now() + 120
      while (performance.now() < until);
    }
    const setUp = (store: ObjectStore) => {
      const breaker = createBreaker({ openMs: 1000, monotonic: asMonotonic(() => 0) })
      return { breaker, bounded: createBoundedObjectStore(store, breaker, limits) }
    }

    it('not after a late failure', async () => {
      const failing = async () => {
        block()
        return E.left(reset)
      }
      const { breaker, bounded } = setUp({
        ...createMemoryObjectStore(),
        read: () => failing,
        check: failing,
      })
      expect(await left(bounded.check)).to.equal(reset)
      expect(await left(bounded.read(key, all))).to.equal(reset)
      expect(breaker.tryEnter()).to.equal(true)
    })

    it('not after a stream that fails, nor after a late reader', async () => {
      const inner = createMemoryObjectStore()
      for (const first of [
        () => Promise.reject(new Error('reset')),
        () => new Promise<never>(() => undefined),
      ]) {
        const stream = { [Symbol.asyncIterator]: () => ({ next: first }) }
        const { breaker, bounded } = setUp({ ...inner, read: () => TE.right(O.some(stream)) })
        const opened = await right(bounded.read(key, all))
        if (O.isNone(opened)) return expect.fail('the object is missing')
        block()
        expect(await collect(opened.value).catch(() => 'it broke')).to.equal('it broke')
        expect(breaker.tryEnter()).to.equal(true)
      }
    })

    it('also after a shorter timeout of the adapter', async () => {
      const { breaker, bounded } = setUp({
        ...createMemoryObjectStore(),
        check: TE.left(
          unavailable('object store')(new Error('explained', { cause: new TimeoutError('none') })),
        ),
      })
      await left(bounded.check)
      expect(breaker.tryEnter()).to.equal(false)
    })
  })

  describe('in front of an S3 server that falls silent', () => {
    let target: S3Target
    let proxy: TcpFaultProxy
    let s3: ReturnType<typeof createS3ObjectStore>

    before(async () => {
      target = await openS3Target()
      proxy = await startTcpFaultProxy(target.options.endpoint)
    })
    after(async () => {
      await proxy.close()
      await target.close()
    })
    beforeEach(async () => {
      const timeouts = { connect: 1500, firstByte: 1600 }
      s3 = createS3ObjectStore({ ...target.options, endpoint: proxy.endpoint, timeouts })
      await right(s3.store.put(key, object))
      proxy.set({ kind: 'silent' })
    })
    afterEach(() => {
      proxy.set({ kind: 'pass' })
      s3.close()
    })

    it('[V27] fails reads, checks and deletes, and reads again as soon as the server answers', async () => {
      const { store } = make(s3.store)
      const failures = await Promise.all([
        left(store.read(key, all)),
        left(store.check),
        left(store.delete(key)),
      ])
      for (const failure of failures) expect(failure).to.include({ dependency: 'object store' })
      proxy.set({ kind: 'pass' })
      await pollUntilTrue(async () => E.isRight(await store.read(key, all)()))
    })

    it('[V27] aborts the request of a read that took too long', async () => {
      const { cause } = await left(s3.store.read(key, all))
      expect(String(cause)).to.match(/did not answer in time \(no answer within 1600 ms\)/)
      await proxy.until(() => proxy.connections() === 0)
    })

    it('[V21] sends no request for a while, then one', async () => {
      const { store, advance } = make(s3.store, { openMs: 1000 })
      await left(store.read(key, all))
      const crowd = await Promise.all(Array.from({ length: 500 }, () => left(store.read(key, all))))
      for (const { cause } of crowd) expect(String(cause)).to.include('did not answer a moment ago')
      proxy.set({ kind: 'pass' })
      advance(1000)
      await right(store.read(key, all))
      await Promise.all(Array.from({ length: 20 }, () => right(store.read(key, all))))
    })
  })
})

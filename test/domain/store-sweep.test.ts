import { expect } from 'chai'
import fc from 'fast-check'
import { createMemoryTier } from '../../src/adapters/cache/memory/memory-cache.ts'
import { cacheOfTier } from '../../src/adapters/cache/tiers/cache-tier.ts'
import { createMemoryContentFileRepository } from '../../src/adapters/memory/memory-content-file-repository.ts'
import { createMemoryImageFileRepository } from '../../src/adapters/memory/memory-image-file-repository.ts'
import { createMemoryObjectStore } from '../../src/adapters/memory/memory-object-store.ts'
import { createMemoryStoredFileRepository } from '../../src/adapters/memory/memory-stored-file-repository.ts'
import { createMemoryWorkLocks, type HeldLocks } from '../../src/adapters/memory/memory-work-locks.ts'
import { unavailable } from '../../src/domain/shared/errors.ts'
import { toStreamError } from '../../src/domain/shared/stream-failure.ts'
import { createStoreSweep } from '../../src/domain/sweep/store-sweep.ts'
import { TE } from '../../src/fp.ts'
import type { ObjectStore } from '../../src/ports/object-store.ts'
import type { StoredFileRepository } from '../../src/ports/stored-file-repository.ts'
import { asMonotonic } from '../support/as-monotonic.ts'
import { aStoredFile } from '../support/builders.ts'
import { inChunks, sha256 } from '../support/bytes.ts'
import { left, right } from '../support/expect-right.ts'
import { silent } from '../support/recording-log.ts'

const hour = 3_600_000
const never = new AbortController().signal

const aKey = (): string => aStoredFile().key

const put = async (store: ObjectStore, key: string, text = key): Promise<void> => {
  const bytes = Buffer.from(text)
  await right(
    store.put(key, {
      contentType: 'video/mp4',
      size: bytes.length,
      sha256: sha256(bytes),
      open: () => inChunks(bytes),
    }),
  )
}

const keysIn = async (store: ObjectStore): Promise<ReadonlyArray<string>> => {
  const keys: string[] = []
  for await (const { key } of store.list('', null)) keys.push(key)
  return keys
}

/** A part of a store, as S3_PREFIX makes one of a bucket. */
const below = (prefix: string, store: ObjectStore): ObjectStore => ({
  ...store,
  put: (key, object) => store.put(prefix + key, object),
  read: (key, range) => store.read(prefix + key, range),
  delete: (key) => store.delete(prefix + key),
  list: async function* (keys, after) {
    for await (const object of store.list(prefix + keys, after === null ? null : prefix + after))
      yield { ...object, key: object.key.slice(prefix.length) }
  },
})

/** A library in memory, for what is swept of replaced exports. */
const library = (clock: () => number) => ({
  imageFiles: createMemoryImageFileRepository(clock),
  contentFiles: createMemoryContentFileRepository(clock),
  cache: cacheOfTier(createMemoryTier(2 ** 20), clock),
})

describe('[V24] the sweep of the object store', () => {
  let now: number
  let store: ObjectStore
  let rows: Set<string>
  let held: HeldLocks
  beforeEach(() => {
    now = 1_800_000_000_000
    store = createMemoryObjectStore(() => now)
    rows = new Set()
    held = new Map()
  })

  const locks = () =>
    createMemoryWorkLocks(
      asMonotonic(() => now),
      held,
    )
  const named = (): StoredFileRepository =>
    createMemoryStoredFileRepository('lib_ours', (key) => rows.has(key))
  const sweepOf = (overrides: Partial<Parameters<typeof createStoreSweep>[0]> = {}) =>
    createStoreSweep({
      ...library(() => now),
      store,
      storedFiles: named(),
      locks: locks(),
      clock: () => now,
      log: silent,
      ...overrides,
    })

  /** So many objects that rows name. */
  const fill = async (count: number): Promise<void> => {
    for (let at = 0; at < count; at += 1) {
      const key = aKey()
      await put(store, key)
      rows.add(key)
    }
  }

  it('deletes what no row names once it is older than 48 hours, and nothing before', async () => {
    await fill(100)
    const orphan = aKey()
    await put(store, orphan)
    now += 48 * hour
    expect(await right(sweepOf()('usual', never))).to.deep.include({ result: 'swept', deleted: [] })
    now += 1
    const report = await right(sweepOf()('usual', never))
    expect(report).to.deep.include({ result: 'swept', objects: 101, isWhole: true })
    expect(report.result === 'swept' && report.deleted.map(({ key }) => key)).to.deep.equal([orphan])
    expect(await keysIn(store)).to.have.members([...rows, '.library'])
  })

  it('leaves alone what another library has below another prefix of the same bucket', async () => {
    const bucket = store
    const theirs = below('theirs/', bucket)
    const ours = below('ours/', bucket)
    await put(theirs, aKey())
    await put(bucket, aKey())
    const sweep = sweepOf({ store: ours })
    await right(sweep('usual', never))
    await put(ours, aKey())
    now += 100 * hour
    expect(await right(sweep('repair', never))).to.include({ result: 'swept' })
    const left = await keysIn(bucket)
    expect(left.filter((key) => key.startsWith('theirs/'))).to.have.length(1)
    expect(left.filter((key) => key.startsWith('s3_files/'))).to.have.length(1)
    expect(left.filter((key) => key.startsWith('ours/'))).to.deep.equal(['ours/.library'])
  })

  describe('[M4] a store that names no library', () => {
    const wrong = () => createMemoryStoredFileRepository('lib_wrong', () => false)
    /** The same store, which counts what is written and deleted. */
    const counted = () => {
      const changes: string[] = []
      const noting =
        <A extends ReadonlyArray<unknown>, B>(change: (key: string, ...rest: A) => B) =>
        (key: string, ...rest: A): B => {
          changes.push(key)
          return change(key, ...rest)
        }
      const noted = { ...store, put: noting(store.put), delete: noting(store.delete) }
      return { changes, store: noted satisfies ObjectStore }
    }
    const mode = fc.constantFrom('usual' as const, 'repair' as const, 'dry run' as const)

    it('is not marked, and loses nothing, by a library that does not name most of its objects', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(mode, { minLength: 1, maxLength: 4 }),
          fc.integer({ min: 1, max: 12 }),
          fc.nat(100),
          async (modes, count, share) => {
            store = createMemoryObjectStore(() => now)
            rows = new Set()
            await fill(count)
            now += 100 * hour
            const { store: noted, changes } = counted()
            // A copy of the database from long ago names some, but not most.
            const some = new Set([...rows].slice(0, Math.floor((count * share) / 200)))
            const other = createMemoryStoredFileRepository('lib_wrong', (key) => some.has(key))
            const sweep = sweepOf({ store: noted, storedFiles: other })
            for (const one of modes)
              expect(await right(sweep(one, never))).to.deep.equal({
                result: 'unproven',
                ours: 'lib_wrong',
                looked: count,
                named: some.size,
              })
            expect(changes).to.deep.equal([])
            expect(await right(sweepOf()('usual', never))).to.deep.include({ result: 'swept', deleted: [] })
          },
        ),
        { numRuns: 60 },
      )
    })

    it('is not written to by a dry run, be it empty, this library’s or another’s', async () => {
      const state = fc.record({
        own: fc.nat(8),
        orphans: fc.nat(8),
        mark: fc.constantFrom(null, 'lib_ours', 'lib_theirs'),
      })
      await fc.assert(
        fc.asyncProperty(state, async ({ own, orphans, mark }) => {
          store = createMemoryObjectStore(() => now)
          rows = new Set()
          await fill(own)
          for (let at = 0; at < orphans; at += 1) await put(store, aKey())
          if (mark !== null) await put(store, '.library', mark)
          now += 100 * hour
          const before = await keysIn(store)
          const { store: noted, changes } = counted()
          await right(sweepOf({ store: noted })('dry run', never))
          expect(changes).to.deep.equal([])
          expect(await keysIn(store)).to.deep.equal(before)
        }),
        { numRuns: 60 },
      )
    })

    it('is marked by the library that names most of its objects, before it deletes one', async () => {
      await fill(100)
      await put(store, aKey())
      now += 100 * hour
      const { store: noted, changes } = counted()
      expect(await right(sweepOf({ store: noted })('usual', never))).to.include({ result: 'swept' })
      expect(changes[0]).to.equal('.library')
    })

    it('has a way back: without a wrong mark the right library marks it, and the wrong one is refused', async () => {
      await right(sweepOf({ storedFiles: wrong() })('usual', never))
      await fill(3)
      expect(await right(sweepOf()('usual', never))).to.include({ result: 'foreign' })
      await right(store.delete('.library'))
      expect(await right(sweepOf()('usual', never))).to.include({ result: 'swept' })
      expect(await right(sweepOf({ storedFiles: wrong() })('repair', never))).to.include({
        result: 'foreign',
      })
    })

    it('may be marked by hand where its objects do not prove it', async () => {
      await put(store, aKey())
      now += 100 * hour
      expect(await right(sweepOf()('repair', never))).to.include({ result: 'unproven' })
      await put(store, '.library', 'lib_ours\n')
      expect(await right(sweepOf()('repair', never))).to.include({ result: 'swept' })
      expect(await keysIn(store)).to.deep.equal(['.library'])
    })
  })

  it('does not touch a store that names another library', async () => {
    const theirs = createMemoryStoredFileRepository('lib_theirs', () => false)
    await right(sweepOf({ storedFiles: theirs })('usual', never))
    const orphan = aKey()
    await put(store, orphan)
    now += 100 * hour
    for (const mode of ['usual', 'dry run', 'repair'] as const)
      expect(await right(sweepOf()(mode, never))).to.deep.equal({
        result: 'foreign',
        other: 'lib_theirs',
        ours: 'lib_ours',
      })
    expect(await keysIn(store)).to.deep.equal(['.library', orphan])
  })

  it('brakes when an old copy of the database stands in front of a newer store, until it is told to', async () => {
    await fill(94)
    for (let at = 0; at < 6; at += 1) await put(store, aKey())
    now += 100 * hour
    const braked = await right(sweepOf()('usual', never))
    expect(braked).to.deep.include({ result: 'braked', objects: 100 })
    expect(await keysIn(store)).to.have.length(101)
    const looked = await right(sweepOf()('dry run', never))
    expect(looked.result === 'looked' && looked.orphans).to.have.length(6)
    expect(await keysIn(store)).to.have.length(101)
    expect(await right(sweepOf()('repair', never))).to.include({ result: 'swept' })
    expect(await keysIn(store)).to.have.members([...rows, '.library'])
  })

  it('brakes at more than 1,000, however many objects there are', async () => {
    const many = 30_000
    const key = (at: number) => `s3_files/s3f_${String(at).padStart(22, '0')}`
    const large: ObjectStore = {
      ...store,
      list: async function* (prefix, after) {
        if (prefix !== 's3_files/') return yield* store.list(prefix, after)
        for (let at = 0; at < many; at += 1) yield { key: key(at), size: 1, modifiedAt: 0 }
      },
    }
    const orphans = (count: number) =>
      createMemoryStoredFileRepository('lib_ours', (one) => Number(one.slice(-22)) >= count)
    await put(store, '.library', 'lib_ours')
    const report = await right(sweepOf({ store: large, storedFiles: orphans(1001) })('usual', never))
    expect(report).to.include({ result: 'braked' })
    const fine = await right(sweepOf({ store: large, storedFiles: orphans(1000) })('usual', never))
    expect(fine.result === 'swept' && fine.deleted).to.have.length(1000)
  })

  it('leaves an upload alone whose work is under way, also when that takes longer than 48 hours', async () => {
    await fill(100)
    held.set('exports:cf_1', now)
    const uploaded = aKey()
    await put(store, uploaded)
    now += 100 * hour
    expect(await right(sweepOf()('usual', never))).to.deep.include({ deleted: [] })
    held.clear()
    expect(await right(sweepOf()('usual', never))).to.include({ result: 'swept' })
    expect(await keysIn(store)).not.to.include(uploaded)
  })

  it('goes by the clock of the store: the clocks of this machine and of the store may differ by days', async () => {
    await fill(100)
    const young = aKey()
    await put(store, young)
    now += 47 * hour
    // The locks know the time of the database, which is a year ahead, or behind.
    for (const skew of [365 * 24 * hour, -365 * 24 * hour]) {
      const skewed = createMemoryWorkLocks(
        asMonotonic(() => now + skew),
        new Map(),
      )
      expect(await right(sweepOf({ locks: skewed })('usual', never))).to.deep.include({ deleted: [] })
    }
    expect(await keysIn(store)).to.include(young)
  })

  it('leaves keys alone that have not the form of its own', async () => {
    const foreign = [
      's3_files/readme.txt',
      's3_files/s3f_short',
      's3_files/cf_0123456789012345678901',
      's3_files/s3f_0123456789012345678901/x',
      's3_files/a/s3f_0123456789012345678901',
      'S3_files/s3f_0123456789012345678901',
      's3_files2/s3f_0123456789012345678901',
      's3_files/s3f_01234567890123456789012',
      'backup/s3_files/s3f_0123456789012345678901',
    ]
    for (const key of foreign) await put(store, key)
    const prefixed = 's3_files/oseh_s3f_0123456789012345678901'
    await put(store, prefixed)
    await put(store, '.library', 'lib_ours')
    now += 1000 * hour
    await right(sweepOf()('repair', never))
    expect(await keysIn(store)).to.have.members([...foreign, '.library'])
  })

  it('deletes nothing when its list breaks off half-way, when it is stopped, or when the database is down', async () => {
    await fill(100)
    const orphan = aKey()
    await put(store, orphan)
    now += 100 * hour
    const down = unavailable('object store')('it broke off')
    const breaking: ObjectStore = {
      ...store,
      list: async function* (prefix, after) {
        let count = 0
        for await (const object of store.list(prefix, after)) {
          if (count++ === 90) throw toStreamError(down)
          yield object
        }
      },
    }
    expect(await left(sweepOf({ store: breaking })('repair', never))).to.equal(down)
    expect(await left(sweepOf()('usual', AbortSignal.abort()))).to.include({ _tag: 'Unavailable' })
    const noRows = { ...named(), filterReferencedKeys: () => TE.left(unavailable('database')('down')) }
    expect(await left(sweepOf({ storedFiles: noRows })('repair', never))).to.include({
      dependency: 'database',
    })
    expect(await keysIn(store)).to.include(orphan)
  })

  it('keeps what a row names by the second look', async () => {
    await fill(100)
    const late = aKey()
    await put(store, late)
    now += 100 * hour
    let looks = 0
    const storedFiles: StoredFileRepository = {
      ...named(),
      filterReferencedKeys: (keys) => async () => {
        const found = await named().filterReferencedKeys(keys)()
        if (looks++ === 0) rows.add(late)
        return found
      },
    }
    expect(await right(sweepOf({ storedFiles })('usual', never))).to.deep.include({ deleted: [] })
    expect(await keysIn(store)).to.include(late)
  })

  it('is done by one process at a time', async () => {
    held.set('sweep', now)
    expect(await right(sweepOf()('usual', never))).to.deep.equal({ result: 'busy' })
  })

  it('removes what is left of old uploads, and leaves young ones; a store may forbid the question', async () => {
    const removed: string[] = []
    const upload = (name: string, startedAt: number) => ({
      name,
      startedAt,
      remove: TE.fromIO(() => void removed.push(name)),
    })
    const [old, young] = [upload('old', now), upload('young', now + 60 * hour)]
    const uploads: ObjectStore = {
      ...store,
      unfinishedUploads: async function* () {
        yield* [old, young]
      },
    }
    now += 100 * hour
    expect(await right(sweepOf({ store: uploads })('dry run', never))).to.include({ uploads: 1 })
    expect(removed).to.deep.equal([])
    expect(await right(sweepOf({ store: uploads })('usual', never))).to.include({ uploads: 1 })
    expect(removed).to.deep.equal(['old'])
    const forbidden: ObjectStore = {
      ...store,
      // biome-ignore lint/correctness/useYield: it breaks off before the first one
      unfinishedUploads: async function* () {
        throw toStreamError(unavailable('object store')('access denied'))
      },
    }
    expect(await right(sweepOf({ store: forbidden })('usual', never))).to.include({ uploads: null })
  })

  it('never deletes what a row names, or what is younger than 48 hours, in any mode', async () => {
    const object = fc.record({
      age: fc.oneof(fc.integer({ min: 0, max: 200 }), fc.constantFrom(47, 48, 49)),
      isNamed: fc.boolean(),
      form: fc.constantFrom('own', 'prefixed', 'foreign'),
    })
    const run = fc.record({
      objects: fc.array(object, { maxLength: 60 }),
      mode: fc.constantFrom('usual' as const, 'repair' as const, 'dry run' as const),
      workAge: fc.option(fc.integer({ min: 0, max: 300 }), { nil: null }),
      breaksAt: fc.option(fc.nat(60), { nil: null }),
      namedLater: fc.nat(5),
    })
    await fc.assert(
      fc.asyncProperty(run, async ({ objects, mode, workAge, breaksAt, namedLater }) => {
        now = 1_800_000_000_000
        const inner = createMemoryObjectStore(() => now)
        const names = new Set<string>()
        const end = now + 200 * hour
        const kept = new Set<string>()
        for (const { age, isNamed, form } of objects) {
          now = end - age * hour
          const uid = aStoredFile().uid
          const key = { own: `s3_files/${uid}`, prefixed: `s3_files/acme_${uid}`, foreign: `other/${uid}` }[
            form
          ]
          await put(inner, key)
          if (isNamed) names.add(key)
          if (isNamed || age <= 48 || form === 'foreign' || (workAge !== null && age <= workAge))
            kept.add(key)
        }
        now = end
        const holders: HeldLocks = new Map(workAge === null ? [] : [['exports:cf', end - workAge * hour]])
        let listed = 0
        const breaking: ObjectStore = {
          ...inner,
          list: async function* (prefix, after) {
            for await (const one of inner.list(prefix, after)) {
              if (prefix === 's3_files/' && listed++ === breaksAt)
                throw toStreamError(unavailable('object store')('x'))
              yield one
            }
          },
        }
        let looks = 0
        const storedFiles: StoredFileRepository = {
          libraryUid: TE.right('lib_ours'),
          filterReferencedKeys: (keys) => async () => {
            if (looks++ === 1)
              for (const key of keys.slice(0, namedLater)) {
                names.add(key)
                kept.add(key)
              }
            return TE.right(new Set(keys.filter((key) => names.has(key))))()
          },
        }
        const sweep = createStoreSweep({
          ...library(() => now),
          store: breaking,
          storedFiles,
          locks: createMemoryWorkLocks(
            asMonotonic(() => now),
            holders,
          ),
          clock: () => now,
          log: silent,
        })
        await sweep(mode, never)()
        expect(await keysIn(inner)).to.include.members([...kept])
      }),
      { numRuns: 150 },
    )
  })
})

import { expect } from 'chai'
import { createMemoryStoredFileRepository } from '../../../src/adapters/memory/memory-stored-file-repository.ts'
import { createMemoryWorkLocks, heldSince } from '../../../src/adapters/memory/memory-work-locks.ts'
import { unavailable } from '../../../src/domain/shared/errors.ts'
import { toStreamError } from '../../../src/domain/shared/stream-failure.ts'
import { TE } from '../../../src/fp.ts'
import type { ObjectStore } from '../../../src/ports/object-store.ts'
import type { StoredFileRepository } from '../../../src/ports/stored-file-repository.ts'
import { asMonotonic } from '../../support/as-monotonic.ts'
import { left, right } from '../../support/expect-right.ts'
import {
  aStoredFileKey,
  createSweepScene,
  hour,
  keysIn,
  keysInOtherFormats,
  neverAborted,
  putText,
  withKeyPrefix,
} from '../../support/sweep-scene.ts'

describe('[V24] the sweep of the object store', () => {
  const scene = createSweepScene()
  const { named, sweepOf, fill } = scene
  beforeEach(scene.reset)

  it('deletes objects that no row names once they are older than 48 hours, and nothing before', async () => {
    await fill(100)
    const orphan = aStoredFileKey()
    await putText(scene.store, orphan)
    scene.now += 48 * hour
    expect(await right(sweepOf()('within limits', neverAborted))).to.deep.include({
      result: 'swept',
      deleted: [],
    })
    scene.now += 1
    const report = await right(sweepOf()('within limits', neverAborted))
    expect(report).to.deep.include({ result: 'swept', objects: 101, isWhole: true })
    expect(report.result === 'swept' && report.deleted.map(({ key }) => key)).to.deep.equal([orphan])
    expect(await keysIn(scene.store)).to.have.members([...scene.rows, '.library'])
  })

  it('does not touch objects of another library under another prefix of the same bucket', async () => {
    const bucket = scene.store
    const theirs = withKeyPrefix('theirs/', bucket)
    const ours = withKeyPrefix('ours/', bucket)
    await putText(theirs, aStoredFileKey())
    await putText(bucket, aStoredFileKey())
    const sweep = sweepOf({ store: ours })
    await right(sweep('within limits', neverAborted))
    await putText(ours, aStoredFileKey())
    scene.now += 100 * hour
    expect(await right(sweep('repair', neverAborted))).to.include({ result: 'swept' })
    const left = await keysIn(bucket)
    expect(left.filter((key) => key.startsWith('theirs/'))).to.have.length(1)
    expect(left.filter((key) => key.startsWith('s3_files/'))).to.have.length(1)
    expect(left.filter((key) => key.startsWith('ours/'))).to.deep.equal(['ours/.library'])
  })

  it('does not touch a store that names another library', async () => {
    const theirs = createMemoryStoredFileRepository('lib_theirs', () => false)
    await right(sweepOf({ storedFiles: theirs })('within limits', neverAborted))
    const orphan = aStoredFileKey()
    await putText(scene.store, orphan)
    scene.now += 100 * hour
    for (const mode of ['within limits', 'dry run', 'repair'] as const)
      expect(await right(sweepOf()(mode, neverAborted))).to.deep.equal({
        result: 'foreign',
        other: 'lib_theirs',
        ours: 'lib_ours',
      })
    expect(await keysIn(scene.store)).to.deep.equal(['.library', orphan])
  })

  it('deletes no orphan with an old copy of the database, except with repair', async () => {
    await fill(94)
    for (let at = 0; at < 6; at += 1) await putText(scene.store, aStoredFileKey())
    scene.now += 100 * hour
    const braked = await right(sweepOf()('within limits', neverAborted))
    expect(braked).to.deep.include({ result: 'braked', objects: 100 })
    expect(await keysIn(scene.store)).to.have.length(101)
    const looked = await right(sweepOf()('dry run', neverAborted))
    expect(looked.result === 'looked' && looked.orphans).to.have.length(6)
    expect(await keysIn(scene.store)).to.have.length(101)
    expect(await right(sweepOf()('repair', neverAborted))).to.include({ result: 'swept' })
    expect(await keysIn(scene.store)).to.have.members([...scene.rows, '.library'])
  })

  it('deletes no orphan if more than 1,000 would go, however many there are', async () => {
    const many = 30_000
    const key = (at: number) => `s3_files/s3f_${String(at).padStart(22, '0')}`
    const large: ObjectStore = {
      ...scene.store,
      list: async function* (prefix, after) {
        if (prefix !== 's3_files/') return yield* scene.store.list(prefix, after)
        for (let at = 0; at < many; at += 1) yield { key: key(at), size: 1, modifiedAt: 0 }
      },
    }
    const orphans = (count: number) =>
      createMemoryStoredFileRepository('lib_ours', (key) => Number(key.slice(-22)) >= count)
    await putText(scene.store, '.library', 'lib_ours')
    const report = await right(
      sweepOf({ store: large, storedFiles: orphans(1001) })('within limits', neverAborted),
    )
    expect(report).to.include({ result: 'braked' })
    const fine = await right(
      sweepOf({ store: large, storedFiles: orphans(1000) })('within limits', neverAborted),
    )
    expect(fine.result === 'swept' && fine.deleted).to.have.length(1000)
  })

  it('does not touch an upload whose work is in progress, even for longer than 48 hours', async () => {
    await fill(100)
    scene.held.set('exports:cf_1', heldSince(scene.now))
    const uploaded = aStoredFileKey()
    await putText(scene.store, uploaded)
    scene.now += 100 * hour
    expect(await right(sweepOf()('within limits', neverAborted))).to.deep.include({ deleted: [] })
    scene.held.clear()
    expect(await right(sweepOf()('within limits', neverAborted))).to.include({ result: 'swept' })
    expect(await keysIn(scene.store)).not.to.include(uploaded)
  })

  it('uses the clock of the store: the clocks of this machine and of the store may differ by days', async () => {
    await fill(100)
    const young = aStoredFileKey()
    await putText(scene.store, young)
    scene.now += 47 * hour
    // The locks use the clock of the database, which is a year ahead or a year behind.
    for (const skew of [365 * 24 * hour, -365 * 24 * hour]) {
      const skewed = createMemoryWorkLocks(
        asMonotonic(() => scene.now + skew),
        new Map(),
      )
      expect(await right(sweepOf({ locks: skewed })('within limits', neverAborted))).to.deep.include({
        deleted: [],
      })
    }
    expect(await keysIn(scene.store)).to.include(young)
  })

  it('does not touch keys in another format than Larder’s', async () => {
    for (const key of keysInOtherFormats) await putText(scene.store, key)
    const prefixed = 's3_files/oseh_s3f_0123456789012345678901'
    await putText(scene.store, prefixed)
    await putText(scene.store, '.library', 'lib_ours')
    scene.now += 1000 * hour
    await right(sweepOf()('repair', neverAborted))
    expect(await keysIn(scene.store)).to.have.members([...keysInOtherFormats, '.library'])
  })

  it('deletes nothing if its listing fails, if it is stopped, or if the database is down', async () => {
    await fill(100)
    const orphan = aStoredFileKey()
    await putText(scene.store, orphan)
    scene.now += 100 * hour
    const down = unavailable('object store')('it broke off')
    const breaking: ObjectStore = {
      ...scene.store,
      list: async function* (prefix, after) {
        let count = 0
        for await (const object of scene.store.list(prefix, after)) {
          if (count++ === 90) throw toStreamError(down)
          yield object
        }
      },
    }
    expect(await left(sweepOf({ store: breaking })('repair', neverAborted))).to.equal(down)
    expect(await left(sweepOf()('within limits', AbortSignal.abort()))).to.include({ _tag: 'Unavailable' })
    const noRows = { ...named(), filterReferencedKeys: () => TE.left(unavailable('database')('down')) }
    expect(await left(sweepOf({ storedFiles: noRows })('repair', neverAborted))).to.include({
      dependency: 'database',
    })
    expect(await keysIn(scene.store)).to.include(orphan)
  })

  it('keeps an object that a row names by the time of the second query', async () => {
    await fill(100)
    const late = aStoredFileKey()
    await putText(scene.store, late)
    scene.now += 100 * hour
    let queries = 0
    const storedFiles: StoredFileRepository = {
      ...named(),
      filterReferencedKeys: (keys) => async () => {
        const referenced = await named().filterReferencedKeys(keys)()
        if (queries++ === 0) scene.rows.add(late)
        return referenced
      },
    }
    expect(await right(sweepOf({ storedFiles })('within limits', neverAborted))).to.deep.include({
      deleted: [],
    })
    expect(await keysIn(scene.store)).to.include(late)
  })

  it('runs in one process at a time', async () => {
    scene.held.set('sweep', heldSince(scene.now))
    expect(await right(sweepOf()('within limits', neverAborted))).to.deep.equal({ result: 'busy' })
  })

  it('removes old incomplete uploads, and leaves young ones; a store may forbid listing them', async () => {
    const removed: string[] = []
    const upload = (name: string, startedAt: number) => ({
      name,
      startedAt,
      remove: TE.fromIO(() => void removed.push(name)),
    })
    const [old, young] = [upload('old', scene.now), upload('young', scene.now + 60 * hour)]
    const uploads: ObjectStore = {
      ...scene.store,
      unfinishedUploads: async function* () {
        yield* [old, young]
      },
    }
    scene.now += 100 * hour
    expect(await right(sweepOf({ store: uploads })('dry run', neverAborted))).to.include({ uploads: 1 })
    expect(removed).to.deep.equal([])
    expect(await right(sweepOf({ store: uploads })('within limits', neverAborted))).to.include({ uploads: 1 })
    expect(removed).to.deep.equal(['old'])
    const forbidden: ObjectStore = {
      ...scene.store,
      // biome-ignore lint/correctness/useYield: it fails before the first one
      unfinishedUploads: async function* () {
        throw toStreamError(unavailable('object store')('access denied'))
      },
    }
    expect(await right(sweepOf({ store: forbidden })('within limits', neverAborted))).to.include({
      uploads: null,
    })
  })
})

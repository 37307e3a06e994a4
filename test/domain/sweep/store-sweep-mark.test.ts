import { expect } from 'chai'
import fc from 'fast-check'
import { createMemoryObjectStore } from '../../../src/adapters/memory/memory-object-store.ts'
import { createMemoryStoredFileRepository } from '../../../src/adapters/memory/memory-stored-file-repository.ts'
import type { ObjectStore } from '../../../src/ports/object-store.ts'
import { right } from '../../support/expect-right.ts'
import {
  aStoredFileKey,
  createSweepScene,
  hour,
  keysIn,
  neverAborted,
  putText,
} from '../../support/sweep-scene.ts'

describe('[M4] the sweep of a store that names no library', () => {
  const scene = createSweepScene()
  const { sweepOf, fill } = scene
  beforeEach(scene.reset)

  const wrong = () => createMemoryStoredFileRepository('lib_wrong', () => false)
  /** Wraps the store of the scene, and records writes and deletes. */
  const recorded = () => {
    const changes: string[] = []
    const recording =
      <A extends ReadonlyArray<unknown>, B>(change: (key: string, ...rest: A) => B) =>
      (key: string, ...rest: A): B => {
        changes.push(key)
        return change(key, ...rest)
      }
    const recordingStore = {
      ...scene.store,
      put: recording(scene.store.put),
      delete: recording(scene.store.delete),
    }
    return { changes, store: recordingStore satisfies ObjectStore }
  }
  const mode = fc.constantFrom('within limits' as const, 'repair' as const, 'dry run' as const)

  it('does not mark the store, and deletes nothing, if the library does not name most of its objects', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(mode, { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 1, max: 12 }),
        fc.nat(100),
        async (modes, count, share) => {
          scene.store = createMemoryObjectStore(() => scene.now)
          scene.rows = new Set()
          await fill(count)
          scene.now += 100 * hour
          const { store, changes } = recorded()
          // An old copy of the database names some objects, but less than most.
          const some = new Set([...scene.rows].slice(0, Math.floor((count * share) / 200)))
          const other = createMemoryStoredFileRepository('lib_wrong', (key) => some.has(key))
          const sweep = sweepOf({ store, storedFiles: other })
          for (const mode of modes)
            expect(await right(sweep(mode, neverAborted))).to.deep.equal({
              result: 'unproven',
              ours: 'lib_wrong',
              looked: count,
              named: some.size,
            })
          expect(changes).to.deep.equal([])
          expect(await right(sweepOf()('within limits', neverAborted))).to.deep.include({
            result: 'swept',
            deleted: [],
          })
        },
      ),
      { numRuns: 60 },
    )
  })

  it('writes nothing in a dry run, whether the store is empty, this library’s or another’s', async () => {
    const state = fc.record({
      own: fc.nat(8),
      orphans: fc.nat(8),
      mark: fc.constantFrom(null, 'lib_ours', 'lib_theirs'),
    })
    await fc.assert(
      fc.asyncProperty(state, async ({ own, orphans, mark }) => {
        scene.store = createMemoryObjectStore(() => scene.now)
        scene.rows = new Set()
        await fill(own)
        for (let at = 0; at < orphans; at += 1) await putText(scene.store, aStoredFileKey())
        if (mark !== null) await putText(scene.store, '.library', mark)
        scene.now += 100 * hour
        const before = await keysIn(scene.store)
        const { store, changes } = recorded()
        await right(sweepOf({ store })('dry run', neverAborted))
        expect(changes).to.deep.equal([])
        expect(await keysIn(scene.store)).to.deep.equal(before)
      }),
      { numRuns: 60 },
    )
  })

  it('marks the store for the library that names most of its objects, before an object is deleted', async () => {
    await fill(100)
    await putText(scene.store, aStoredFileKey())
    scene.now += 100 * hour
    const { store, changes } = recorded()
    expect(await right(sweepOf({ store })('within limits', neverAborted))).to.include({ result: 'swept' })
    expect(changes[0]).to.equal('.library')
  })

  it('accepts a correction: once a wrong mark is deleted, the right library marks the store, and the wrong one is refused', async () => {
    await right(sweepOf({ storedFiles: wrong() })('within limits', neverAborted))
    await fill(3)
    expect(await right(sweepOf()('within limits', neverAborted))).to.include({ result: 'foreign' })
    await right(scene.store.delete('.library'))
    expect(await right(sweepOf()('within limits', neverAborted))).to.include({ result: 'swept' })
    expect(await right(sweepOf({ storedFiles: wrong() })('repair', neverAborted))).to.include({
      result: 'foreign',
    })
  })

  it('accepts a mark by hand if the objects do not prove the owner', async () => {
    await putText(scene.store, aStoredFileKey())
    scene.now += 100 * hour
    expect(await right(sweepOf()('repair', neverAborted))).to.include({ result: 'unproven' })
    await putText(scene.store, '.library', 'lib_ours\n')
    expect(await right(sweepOf()('repair', neverAborted))).to.include({ result: 'swept' })
    expect(await keysIn(scene.store)).to.deep.equal(['.history', '.library'])
  })
})

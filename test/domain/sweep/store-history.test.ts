import { expect } from 'chai'
import fc from 'fast-check'
import { createMemoryStoredFileRepository } from '../../../src/adapters/memory/memory-stored-file-repository.ts'
import { createMemoryWorkLocks } from '../../../src/adapters/memory/memory-work-locks.ts'
import { unavailable } from '../../../src/domain/shared/errors.ts'
import type { SweepMode, SweepReport } from '../../../src/domain/sweep/store-sweep.ts'
import { E, TE } from '../../../src/fp.ts'
import type { ObjectStore } from '../../../src/ports/object-store.ts'
import type { StoredFileRepository } from '../../../src/ports/stored-file-repository.ts'
import { asMonotonic } from '../../support/as-monotonic.ts'
import { right } from '../../support/expect-right.ts'
import {
  aStoredFileKey,
  createSweepScene,
  hour,
  keysIn,
  neverAborted,
  putText,
} from '../../support/sweep-scene.ts'

const displaced = { result: 'displaced', ours: 'lib_ours' }

/** Creates a wait that ends for all when `count` callers wait. */
const createBarrier = (count: number): (() => Promise<void>) => {
  let waiting = 0
  let open = (): void => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return () => {
    waiting += 1
    if (waiting === count) open()
    return opened
  }
}

describe('the sweep of a store that another copy of the database has swept', () => {
  const scene = createSweepScene()
  const { sweepOf, fill } = scene
  beforeEach(scene.reset)

  /** A database with its marks. A copy of the marks makes it a copy, with the rows of that moment. */
  const databaseWith = (marks: string[] = [], rows = new Set(scene.rows)): StoredFileRepository =>
    createMemoryStoredFileRepository(
      'lib_ours',
      (key) => rows.has(key) || scene.rows.has(key),
      undefined,
      marks,
    )
  const oldCopy = (marks: ReadonlyArray<string>): StoredFileRepository => {
    const rows = new Set(scene.rows)
    return createMemoryStoredFileRepository('lib_ours', (key) => rows.has(key), undefined, [...marks])
  }
  const sweep = (storedFiles: StoredFileRepository, mode: SweepMode = 'within limits', store = scene.store) =>
    right(sweepOf({ storedFiles, store })(mode, neverAborted))

  it('deletes nothing by the older database, and goes on by the newer one', async () => {
    await fill(100)
    const marks: string[] = []
    const real = databaseWith(marks)
    expect((await sweep(real)).result).to.equal('swept')
    const old = oldCopy(marks)
    // What is added after the copy is an orphan for it, and too little for the brake.
    await fill(1)
    expect((await sweep(real)).result).to.equal('swept')
    scene.now += 100 * hour
    const before = await keysIn(scene.store)
    for (const mode of ['within limits', 'repair', 'dry run'] as const)
      expect(await sweep(old, mode)).to.deep.equal(displaced)
    expect(await keysIn(scene.store)).to.deep.equal(before)
    expect((await sweep(real)).result).to.equal('swept')
  })

  it('deletes nothing by a database that is from before the first mark', async () => {
    await fill(3)
    const old = oldCopy([])
    expect((await sweep(databaseWith())).result).to.equal('swept')
    expect(await sweep(old, 'repair')).to.deep.equal(displaced)
  })

  it('deletes by one of two equal copies, and tells the other one', async () => {
    const marks: string[] = []
    await sweep(databaseWith(marks))
    const [first, second] = [databaseWith([...marks]), databaseWith([...marks])]
    expect((await sweep(first)).result).to.equal('swept')
    expect(await sweep(second)).to.deep.equal(displaced)
    expect((await sweep(first)).result).to.equal('swept')
  })

  it('deletes by one of two equal copies that read the store before either had marked it', async () => {
    await fill(100)
    const marks: string[] = []
    await sweep(databaseWith(marks))
    await putText(scene.store, aStoredFileKey())
    scene.now += 100 * hour
    const before = (await keysIn(scene.store)).length
    const [first, second] = [databaseWith([...marks]), databaseWith([...marks])]
    const bothRead = createBarrier(2)
    const bothMarked = createBarrier(2)
    const store: ObjectStore = {
      ...scene.store,
      put: (key, object) => async () => {
        if (key === '.history') await bothRead()
        const written = await scene.store.put(key, object)()
        if (key === '.history') await bothMarked()
        return written
      },
    }
    const sweepBeside = (storedFiles: StoredFileRepository) =>
      right(
        sweepOf({
          storedFiles,
          store,
          locks: createMemoryWorkLocks(asMonotonic(() => scene.now)),
        })('repair', neverAborted),
      )
    const reports = await Promise.all([sweepBeside(first), sweepBeside(second)])
    expect(reports.map(({ result }) => result).sort()).to.deep.equal(['displaced', 'swept'])
    expect(await keysIn(scene.store)).to.have.length(before - 1)
  })

  it('is taken over by an old copy, deleting nothing, and refused to the database that swept it before', async () => {
    await fill(3)
    const marks: string[] = []
    const real = databaseWith(marks)
    await sweep(real)
    const old = oldCopy(marks)
    await sweep(real)
    await putText(scene.store, aStoredFileKey())
    scene.now += 100 * hour
    const before = await keysIn(scene.store)
    expect(await sweep(old, 'adopt')).to.deep.equal({ result: 'adopted', ours: 'lib_ours' })
    expect(await keysIn(scene.store)).to.deep.equal(before)
    for (let n = 0; n < 3; n += 1) {
      expect((await sweep(old, 'dry run')).result).to.equal('looked')
      expect(await sweep(real, 'repair')).to.deep.equal(displaced)
      expect((await sweep(old, 'repair')).result).to.equal('swept')
    }
  })

  it('is not taken over from another library', async () => {
    await putText(scene.store, '.library', 'lib_theirs')
    expect((await sweep(databaseWith(), 'adopt')).result).to.equal('foreign')
    await right(scene.store.delete('.library'))
    await putText(scene.store, aStoredFileKey())
    expect((await sweep(databaseWith(), 'adopt')).result).to.equal('unproven')
  })

  it('goes on by a database whose answers were lost, or came late, whichever they were', async () => {
    const answer = fc.constantFrom('arrives', 'is lost', 'is not sent', 'arrives late' as const)
    const lost = E.left(unavailable('x')('no answer'))
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ put: answer, mark: answer }), { maxLength: 40 }),
        async (sweeps) => {
          scene.reset()
          const inner = databaseWith()
          let late: Array<() => Promise<unknown>> = []
          const failing =
            (how: string, write: () => Promise<E.Either<unknown, void>>) =>
            async (): Promise<E.Either<never, void>> => {
              if (how === 'arrives late') late.push(write)
              if (how === 'is lost') await write()
              return (how === 'arrives' ? await write() : lost) as E.Either<never, void>
            }
          for (const { put, mark } of sweeps) {
            const held = late
            late = []
            const store: ObjectStore = {
              ...scene.store,
              put: (key, object) =>
                key === '.history'
                  ? failing(put, scene.store.put(key, object))
                  : scene.store.put(key, object),
            }
            const storedFiles = {
              ...inner,
              addStoreMark: (text: string) => failing(mark, inner.addStoreMark(text)),
            }
            const swept = await sweepOf({ storedFiles, store })('within limits', neverAborted)()
            if (E.isRight(swept)) expect(swept.right.result).to.equal('swept')
            for (const write of held) await write()
          }
          expect((await sweep(inner)).result).to.equal('swept')
        },
      ),
      { numRuns: 200 },
    )
  })

  it('writes nothing in a dry run', async () => {
    const marks: string[] = []
    const real = databaseWith(marks)
    await sweep(real)
    const puts: string[] = []
    const store: ObjectStore = {
      ...scene.store,
      put: (key, object) => {
        puts.push(key)
        return scene.store.put(key, object)
      },
    }
    const report: SweepReport = await sweep(real, 'dry run', store)
    expect([report.result, puts, marks]).to.deep.equal(['looked', [], marks])
    expect(marks).to.have.length(1)
  })

  it('deletes nothing if the store does not take the mark', async () => {
    await fill(100)
    await putText(scene.store, aStoredFileKey())
    scene.now += 100 * hour
    const before = await keysIn(scene.store)
    const store: ObjectStore = {
      ...scene.store,
      put: (key, object) =>
        key === '.history' ? TE.left(unavailable('object store')('away')) : scene.store.put(key, object),
    }
    expect(E.isLeft(await sweepOf({ store })('repair', neverAborted)())).to.equal(true)
    expect(await keysIn(scene.store)).to.include.members(before)
  })
})

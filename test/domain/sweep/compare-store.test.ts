import { expect } from 'chai'
import fc from 'fast-check'
import { createMemoryObjectStore } from '../../../src/adapters/memory/memory-object-store.ts'
import { createMemoryStoredFileRepository } from '../../../src/adapters/memory/memory-stored-file-repository.ts'
import { isStoredFileKey } from '../../../src/domain/media/stored-file-key.ts'
import { unavailable } from '../../../src/domain/shared/errors.ts'
import { toStreamError } from '../../../src/domain/shared/stream-failure.ts'
import { compareStore } from '../../../src/domain/sweep/compare-store.ts'
import { E, TE } from '../../../src/fp.ts'
import type { ObjectStore } from '../../../src/ports/object-store.ts'
import type { StoredFileUse } from '../../../src/ports/stored-file-repository.ts'
import { anImageFileUid } from '../../support/builders.ts'
import { left, right } from '../../support/expect-right.ts'
import {
  aStoredFileKey,
  createSweepScene,
  hour,
  keysIn,
  keysInOtherFormats,
  neverAborted,
  putText,
} from '../../support/sweep-scene.ts'

const useOf = (key: string, overrides: Partial<StoredFileUse> = {}): StoredFileUse => ({
  ...{ key, size: Buffer.byteLength(key), kind: 'image', uid: anImageFileUid(), isOriginal: false },
  ...overrides,
})
const byKey = (a: { readonly key: string }, b: { readonly key: string }) => (a.key < b.key ? -1 : 1)
const rowsOf = (uses: () => ReadonlyArray<StoredFileUse>) =>
  createMemoryStoredFileRepository('lib_ours', () => true, uses)
const options = { before: 0, max: 1000, signal: neverAborted }

describe('the search for rows whose objects are missing', () => {
  it('finds exactly those without an object, or with one of another size', async () => {
    const row = fc.constantFrom('stored', 'missing', 'longer')
    const others = fc.nat(1200)
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 40 }), others, async (states, objectsWithoutRows) => {
        const store = createMemoryObjectStore(() => 0)
        const expected: string[] = []
        const uses: StoredFileUse[] = []
        for (const state of states) {
          const use = useOf(aStoredFileKey())
          uses.push(use)
          if (state !== 'stored') expected.push(use.key)
          if (state !== 'missing') await putText(store, use.key, use.key + (state === 'longer' ? '!' : ''))
        }
        for (let at = 0; at < objectsWithoutRows; at += 1) await putText(store, aStoredFileKey())
        uses.sort(byKey)
        const found = await right(() => compareStore({ store, storedFiles: rowsOf(() => uses) }, options))
        expect(found).to.include({ rows: uses.length, isMissingWhole: true })
        expect(found.missing.map(({ key }) => key)).to.have.members(expected)
        for (const { key, size, found: bytes } of found.missing)
          expect(bytes).to.equal(
            states[0] === undefined || (await keysIn(store, key)).length === 0 ? null : size + 1,
          )
      }),
      { numRuns: 25 },
    )
  })

  it('takes a row for missing only if that is still so when it is looked at again', async () => {
    const store = createMemoryObjectStore(() => 0)
    const [late, removed, lost] = [aStoredFileKey(), aStoredFileKey(), aStoredFileKey()].map((key) =>
      useOf(key),
    )
    const uses = [late, removed, lost].flatMap((use) => (use === undefined ? [] : [use])).sort(byKey)
    const storedFiles = rowsOf(() => uses)
    const racing: typeof storedFiles = {
      ...storedFiles,
      listRows:
        (...range) =>
        async () => {
          const listed = await storedFiles.listRows(...range)()
          if (late !== undefined) await putText(store, late.key)
          return listed
        },
      findUses: (keys) => storedFiles.findUses(keys.filter((key) => key !== removed?.key)),
    }
    const { missing } = await right(() => compareStore({ store, storedFiles: racing }, options))
    expect(missing.map(({ key }) => key)).to.deep.equal([lost?.key])
  })

  it('lists the store once, for orphans and missing objects', async () => {
    const store = createMemoryObjectStore(() => 0)
    const uses = Array.from({ length: 1200 }, () => useOf(aStoredFileKey())).sort(byKey)
    for (const { key } of uses) await putText(store, key)
    const orphan = aStoredFileKey()
    await putText(store, orphan)
    let listings = 0
    const counting: ObjectStore = {
      ...store,
      list: (prefix, after) => {
        listings += 1
        return store.list(prefix, after)
      },
    }
    const named = new Set(uses.map(({ key }) => key))
    const storedFiles = createMemoryStoredFileRepository(
      'lib_ours',
      (key) => named.has(key),
      () => uses,
    )
    const found = await right(() => compareStore({ store: counting, storedFiles }, { ...options, before: 1 }))
    expect(found.orphans.map(({ key }) => key)).to.deep.equal([orphan])
    expect(found).to.include({ objects: 1201, rows: 1200, isWhole: true, isMissingWhole: true })
    expect(found.missing).to.deep.equal([])
    expect(listings).to.equal(1)
  })

  it('counts rows whose keys another program chose', async () => {
    const store = createMemoryObjectStore(() => 0)
    const keys = keysInOtherFormats.filter((key) => key.startsWith('s3_files/'))
    const uses = keys.map((key) => useOf(key)).sort(byKey)
    for (const key of keys.slice(1)) await putText(store, key)
    const { missing } = await right(() => compareStore({ store, storedFiles: rowsOf(() => uses) }, options))
    expect(missing.map(({ key }) => key)).to.deep.equal(keys.slice(0, 1))
  })

  it('stops after a number of findings, and says so', async () => {
    const store = createMemoryObjectStore(() => 0)
    const uses = Array.from({ length: 2500 }, () => useOf(aStoredFileKey())).sort(byKey)
    const found = await right(() =>
      compareStore({ store, storedFiles: rowsOf(() => uses) }, { ...options, max: 10 }),
    )
    expect(found).to.include({ rows: 1000, isMissingWhole: false })
    expect(found.missing).to.have.length(10)
  })

  it('fails if the store breaks off its listing, the database is down, or it is stopped', async () => {
    const store = createMemoryObjectStore(() => 0)
    await putText(store, aStoredFileKey())
    const storedFiles = rowsOf(() => [useOf(aStoredFileKey())])
    const down = unavailable('object store')('it broke off')
    const breaking: ObjectStore = {
      ...store,
      // biome-ignore lint/correctness/useYield: it fails before the first one
      list: async function* () {
        throw toStreamError(down)
      },
    }
    expect(await left(() => compareStore({ store: breaking, storedFiles }, options))).to.equal(down)
    const noRows = { ...storedFiles, listRows: () => TE.left(unavailable('database')('down')) }
    expect(await left(() => compareStore({ store, storedFiles: noRows }, options))).to.include({
      dependency: 'database',
    })
    const signal = AbortSignal.abort()
    expect(await left(() => compareStore({ store, storedFiles }, { ...options, signal }))).to.include({
      _tag: 'Unavailable',
    })
  })
})

describe('a sweep that finds missing objects', () => {
  const scene = createSweepScene()
  const { sweepOf, fill } = scene

  beforeEach(async () => {
    scene.reset()
    await fill(100)
    scene.uses = [...scene.rows].sort().map((key) => useOf(key))
  })

  const lose = async (count: number, overrides: Partial<StoredFileUse> = {}) => {
    const lost = scene.uses.slice(0, count)
    for (const { key } of lost) await right(scene.store.delete(key))
    scene.uses = scene.uses.map((use) => (lost.includes(use) ? { ...use, ...overrides } : use))
    return lost.map(({ uid }) => uid)
  }

  it('lets the exports be made again, once a file, if the original is there', async () => {
    const uid = anImageFileUid()
    await lose(3, { uid })
    const swept = await right(sweepOf()('within limits', neverAborted))
    expect(swept).to.include({ result: 'swept', remade: 1 })
    expect('missing' in swept && swept.missing).to.have.length(3)
    expect(scene.remade).to.deep.equal([uid])
  })

  it('only tells of a file whose original is missing', async () => {
    await lose(1, { isOriginal: true })
    const swept = await right(sweepOf()('repair', neverAborted))
    expect(swept).to.include({ result: 'swept', remade: 0 })
    expect(scene.remade).to.deep.equal([])
  })

  it('makes nothing again and deletes nothing if more than 5 % are missing, except with repair', async () => {
    const lost = await lose(6)
    const orphan = aStoredFileKey()
    await putText(scene.store, orphan)
    scene.now += 100 * hour
    for (const mode of ['within limits', 'dry run'] as const) {
      const report = await right(sweepOf()(mode, neverAborted))
      expect(report.result).to.equal(mode === 'dry run' ? 'looked' : 'braked')
      expect('missing' in report && report.missing).to.have.length(6)
    }
    expect(scene.remade).to.deep.equal([])
    expect(await keysIn(scene.store)).to.include(orphan)
    expect(await right(sweepOf()('repair', neverAborted))).to.include({ result: 'swept', remade: 6 })
    expect(scene.remade).to.have.members(lost)
  })

  it('stops between two of them', async () => {
    await lose(90)
    const stop = new AbortController()
    let asked = 0
    const store: ObjectStore = {
      ...scene.store,
      list: (prefix, after) => {
        if (isStoredFileKey(prefix)) {
          asked += 1
          stop.abort()
        }
        return scene.store.list(prefix, after)
      },
    }
    const swept = await sweepOf({ store })('dry run', stop.signal)()
    expect([E.isLeft(swept), asked]).to.deep.equal([true, 1])
  })

  it('stops before it makes exports again', async () => {
    await lose(3)
    const stop = new AbortController()
    const remake = (uid: string) => {
      stop.abort()
      return TE.fromIO(() => void scene.remade.push(uid))
    }
    expect(E.isLeft(await sweepOf({ remake })('repair', stop.signal)())).to.equal(true)
    expect(scene.remade).to.have.length(1)
  })
})

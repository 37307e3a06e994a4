import { expect } from 'chai'
import { createMemoryWorkLocks, type HeldLocks } from '../../../src/adapters/memory/memory-work-locks.ts'
import { systemMonotonic } from '../../../src/adapters/platform/system-monotonic.ts'
import type { Adapters } from '../../../src/composition/larder.ts'
import { addFile } from '../../../src/domain/ingest/add-file.ts'
import type { ImageFileUid } from '../../../src/domain/media/ids.ts'
import { aNewImageExport } from '../../support/builders.ts'
import { left, right } from '../../support/expect-right.ts'
import { addOptions, createLarderWithKeys, usePictureFolder } from '../../support/ingest-scene.ts'
import { makeExportsOf } from '../../support/make-exports-of.ts'
import { createMemoryLarder } from '../../support/memory-larder.ts'

describe('ingestion by several processes', () => {
  const paths = usePictureFolder()

  /** Creates two processes on one library, and counts the pictures that they render. */
  const makeTwo = async (overrides: Partial<Adapters> = {}) => {
    const { larder } = await createLarderWithKeys()
    const locks: HeldLocks = new Map()
    let renders = 0
    const images: Adapters['images'] = {
      ...larder.images,
      render: (...args) => {
        renders += 1
        return larder.images.render(...args)
      },
    }
    const { store, imageFiles, contentFiles, jobs } = larder
    const one = () =>
      createMemoryLarder({
        store,
        imageFiles,
        contentFiles,
        jobs,
        images,
        locks: createMemoryWorkLocks(systemMonotonic, locks),
        ...overrides,
      })
    return { one: await one(), other: await one(), renders: () => renders }
  }

  it('[V24] makes exports once if two processes add the same file: the second waits, and reports that it waits', async () => {
    const { one, other, renders } = await makeTwo()
    let waits = 0
    const waiting = addOptions({ onWaiting: () => waits++ })
    const [first, second] = await Promise.all([
      right(addFile(one, paths.picture, waiting)),
      right(addFile(other, paths.picture, waiting)),
    ])
    expect(second.uid).to.equal(first.uid)
    expect({ waits, renders: renders() }).to.deep.equal({ waits: 1, renders: 1 })
  })

  it('[V24] stops at an abort signal, leaves no files in scratch folders, and is finished by the next attempt', async () => {
    const { larder, keys } = await createLarderWithKeys()
    const stopping = new AbortController()
    const error = await left(
      addFile(
        larder,
        paths.picture,
        addOptions({
          signal: stopping.signal,
          onProgress: (fraction) => {
            if (fraction > 0) stopping.abort()
          },
        }),
      ),
    )
    expect(error, 'the file is not to blame').to.include({ _tag: 'Unavailable' })
    expect(keys.size, 'only the original is left').to.equal(1)
    const [file] = await right(larder.ingest.listUnfinished)
    if (file === undefined) return expect.fail('it is gone')
    expect(await right(makeExportsOf(larder, file))).to.include({ state: 'made' })
  })

  for (const [what, meanwhile, outcome] of [
    [
      'was removed meanwhile',
      (repository: Adapters['imageFiles'], uid: ImageFileUid) => repository.removeUnfinished(uid),
      'refused',
    ],
    [
      'has exports of another process',
      (repository: Adapters['imageFiles'], uid: ImageFileUid) =>
        repository.addExports(uid, [aNewImageExport()], null),
      'theirs',
    ],
  ] as const)
    it(`[V29] does not report exports as made if the file ${what}`, async () => {
      const { larder, keys } = await createLarderWithKeys()
      const imageFiles: Adapters['imageFiles'] = {
        ...larder.imageFiles,
        addExports: (uid, exports, completion) => async () => {
          await meanwhile(larder.imageFiles, uid)()
          return larder.imageFiles.addExports(uid, exports, completion)()
        },
      }
      const late = await createMemoryLarder({ ...larder, imageFiles })
      if (outcome === 'refused') {
        const error = await left(addFile(late, paths.picture, addOptions()))
        expect(error._tag === 'Refused' && error.message).to.match(/^it is no longer in the library/)
      } else {
        expect(await right(addFile(late, paths.picture, addOptions()))).to.include({ state: 'ready' })
      }
      expect(keys.size, 'only the original').to.equal(1)
    })
})

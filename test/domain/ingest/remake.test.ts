import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { createMemoryWorkLocks, type HeldLocks } from '../../../src/adapters/memory/memory-work-locks.ts'
import { systemMonotonic } from '../../../src/adapters/platform/system-monotonic.ts'
import type { Adapters, Larder } from '../../../src/composition/larder.ts'
import { addFile } from '../../../src/domain/ingest/add-file.ts'
import { recipeVersions } from '../../../src/domain/ingest/recipe-versions.ts'
import { remakeOutdated } from '../../../src/domain/ingest/remake-outdated.ts'
import type { ImageFileUid } from '../../../src/domain/media/ids.ts'
import { type DomainError, outcomeUnknown, refused } from '../../../src/domain/shared/errors.ts'
import { E, O, pipe, TE } from '../../../src/fp.ts'
import type { ObjectStore } from '../../../src/ports/object-store.ts'
import { inChunks } from '../../support/bytes.ts'
import { left, right } from '../../support/expect-right.ts'
import { fakeImages } from '../../support/fake-images.ts'
import { storeBytes } from '../../support/library.ts'
import { createLibraryWithOldPicture } from '../../support/library-with-old-picture.ts'
import { makeExportsOf } from '../../support/make-exports-of.ts'
import { createMemoryLarder, listen } from '../../support/memory-larder.ts'
import { poster } from '../../support/pictures.ts'
import { keysIn } from '../../support/sweep-scene.ts'

const never = new AbortController().signal
const hours = 3600
const older = 'its exports were made by an older recipe: `larder remake --outdated` makes them again'

describe('[V39] exports of an older recipe', () => {
  let folder: string
  let picture: string
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'larder-remake-'))
    picture = path.join(folder, 'poster.jpg')
    await poster(33).jpeg().toFile(picture)
  })
  after(() => rm(folder, { recursive: true }))

  const options = { isPublic: false, onRegistered: () => {}, onProgress: () => {} }

  const withOldPicture = () => createLibraryWithOldPicture(picture)

  type Done = readonly [uid: string, outcome: E.Either<DomainError, unknown>]
  const remake = async (larder: Larder, isOnlyQueued = false) => {
    const done: Done[] = []
    const counts = await remakeOutdated(larder, {
      isOnlyQueued,
      onProgress: () => {},
      onDone: ({ uid }, outcome) => done.push([uid, outcome]),
      signal: never,
    })
    if (E.isLeft(counts)) return expect.fail('it failed')
    return { counts: counts.right, done }
  }

  const listed = async ({ imageFiles }: Larder, uid: ImageFileUid) =>
    (await right(imageFiles.listExports(uid))).map((made) => made.uid)

  for (const [what, damaged] of [
    ['a byte changed', (bytes: Buffer) => Buffer.from(bytes.map((byte, i) => (i === 100 ? byte ^ 1 : byte)))],
    ['its end missing', (bytes: Buffer) => bytes.subarray(0, -1)],
  ] as const)
    it(`[V22] stay if the original has ${what}`, async () => {
      const { larder, uid, old } = await withOldPicture()
      const { store } = larder
      const ingested = await right(larder.imageFiles.findIngested(uid))
      const original =
        ingested._tag === 'Some' ? ingested.value.original : expect.fail('it is not in the library')
      const damagedStore: ObjectStore = {
        ...store,
        read: (key, range) =>
          pipe(
            store.read(key, range),
            TE.map(
              O.map((bytes) =>
                key === original.key ? inChunks(damaged(readFileSync(picture)), 1000) : bytes,
              ),
            ),
          ),
      }
      const { counts, done } = await remake(await createMemoryLarder({ ...larder, store: damagedStore }))
      expect(counts).to.deep.equal({ made: 0, elsewhere: 0, failed: 1, queued: 0 })
      const [, outcome] = done[0] ?? expect.fail('nothing was tried')
      expect(E.isLeft(outcome) && outcome.left).to.include({ dependency: 'stored original' })
      expect(await listed(larder, uid)).to.have.members(old.map((made) => made.uid))
    })

  it('are reported when the same bytes are added again, which makes no exports', async () => {
    const { larder, uid, old } = await withOldPicture()
    const added = await right(addFile(larder, picture, options))
    expect(added).to.deep.equal({ kind: 'image', uid, state: 'ready', warnings: [older] })
    expect(await listed(larder, uid)).to.deep.equal(old.map((made) => made.uid))
  })

  it('are counted, remade from the stored original, and no longer outdated', async () => {
    const { larder, uid, old } = await withOldPicture()
    expect(await right(larder.ingest.countOutdated)).to.equal(1)
    const { counts, done } = await remake(larder)
    expect(counts).to.deep.equal({ made: 1, elsewhere: 0, failed: 0, queued: 0 })
    expect(done).to.deep.equal([[uid, E.right({ state: 'made', warnings: [] })]])
    expect(await listed(larder, uid))
      .to.have.length(old.length)
      .and.not.include(old[0]?.uid)
    expect(await right(larder.ingest.countOutdated)).to.equal(0)
    expect((await right(addFile(larder, picture, options))).warnings).to.deep.equal([])
    expect((await remake(larder)).counts).to.deep.equal({ made: 0, elsewhere: 0, failed: 0, queued: 0 })
  })

  it('leave playlists at once, including cached ones, and can be read for 48 hours', async () => {
    const { larder, uid, old, advance } = await withOldPicture()
    const server = await listen(larder)
    const jwt = await right(larder.tokens.mint('image', uid, 100 * hours))
    const inList = async () =>
      await (await server.get(`/api/1/image_files/playlist/${uid}?jwt=${jwt}`)).text()
    const bytesOf = async (made: string) =>
      (await server.get(`/api/1/image_files/image/${made}.webp?jwt=${jwt}`)).status
    try {
      expect(await inList()).to.include(old[0]?.uid)
      await remake(larder)
      expect(await inList()).not.to.include(old[0]?.uid)
      const stored = (await keysIn(larder.store, 's3_files/')).length
      expect(await bytesOf(old[0]?.uid ?? '')).to.equal(200)

      advance(47 * hours)
      await right(larder.sweep('within limits', never))
      expect((await keysIn(larder.store, 's3_files/')).length, 'too early').to.equal(stored)

      advance(2 * hours)
      const looked = await right(larder.sweep('dry run', never))
      expect('replaced' in looked && looked.replaced.objects).to.equal(old.length)
      expect((await keysIn(larder.store, 's3_files/')).length, 'a dry run').to.equal(stored)
      const swept = await right(larder.sweep('within limits', never))
      expect('replaced' in swept && swept.replaced.objects).to.equal(old.length)
      expect((await keysIn(larder.store, 's3_files/')).length).to.equal(stored - old.length)
      expect(await bytesOf(old[0]?.uid ?? ''), 'from no cache either').to.equal(403)
      for (const made of await listed(larder, uid)) expect(await bytesOf(made)).to.equal(200)
    } finally {
      await server.close()
    }
  })

  it('stay if the original is missing, and the run continues', async () => {
    const { larder, uid, old } = await withOldPicture()
    const damaged = await right(larder.imageFiles.findIngested(uid))
    if (O.isNone(damaged)) return expect.fail('it is not in the library')
    await right(larder.store.delete(damaged.value.original.key))
    const other = path.join(folder, 'other.png')
    await poster(64).png().toFile(other)
    const { uid: second } = await right(addFile(larder, other, options))
    const ingested = await right(larder.imageFiles.findIngested(second as ImageFileUid))
    expect(O.isSome(ingested) && ingested.value.recipe).to.equal(recipeVersions.image)

    const { counts, done } = await remake(larder)
    expect(counts).to.deep.equal({ made: 0, elsewhere: 0, failed: 1, queued: 0 })
    const [, outcome] = done[0] ?? []
    expect(outcome).to.deep.equal(
      E.left(refused('its original is no longer in the object store: its existing exports stay as they are')),
    )
    expect(await listed(larder, uid)).to.deep.equal(old.map((made) => made.uid))
  })

  it('stay if the new recipe refuses the file', async () => {
    const { larder, uid, old } = await withOldPicture()
    const strict: Adapters['images'] = { ...fakeImages, render: () => TE.left(refused('it is too odd')) }
    const stricter = await createMemoryLarder({ ...larder, images: strict })
    const stored = await keysIn(larder.store, 's3_files/')
    const { counts } = await remake(stricter)
    expect(counts.failed).to.equal(1)
    expect(await listed(larder, uid)).to.deep.equal(old.map((made) => made.uid))
    expect(await keysIn(larder.store, 's3_files/')).to.deep.equal(stored)
  })

  it('are served when the run is interrupted, and the next run continues', async () => {
    const { larder, uid, old } = await withOldPicture()
    const stored = await keysIn(larder.store, 's3_files/')
    const stopping = new AbortController()
    const [file] = await right(larder.ingest.listOutdated('image', null))
    if (file === undefined) return expect.fail('it is not outdated')
    const onProgress = (fraction: number) => {
      if (fraction > 0) stopping.abort()
    }
    const error = await left(
      makeExportsOf(larder, file, { kind: 'remake', onProgress, signal: stopping.signal }),
    )
    expect(error).to.include({ _tag: 'Unavailable' })
    expect(await listed(larder, uid)).to.deep.equal(old.map((made) => made.uid))
    expect(await keysIn(larder.store, 's3_files/')).to.deep.equal(stored)
    expect((await remake(larder)).counts.made).to.equal(1)
  })

  it('do not cause new objects to be deleted if it is unknown whether these were published (V20)', async () => {
    const { larder, uid, old } = await withOldPicture()
    const imageFiles: Adapters['imageFiles'] = {
      ...larder.imageFiles,
      replaceExports: (file, exports, completion) => async () => {
        await larder.imageFiles.replaceExports(file, exports, completion)()
        return E.left(outcomeUnknown('database')('the answer was lost'))
      },
    }
    const unlucky = await createMemoryLarder({ ...larder, imageFiles })
    const before = (await keysIn(larder.store, 's3_files/')).length
    // The job, which ended in the same transaction, tells that they were.
    expect((await remake(unlucky)).counts.elsewhere).to.equal(1)
    expect((await keysIn(larder.store, 's3_files/')).length).to.equal(before + old.length)
    expect(await listed(larder, uid)).not.to.include(old[0]?.uid)
    expect((await remake(larder)).counts).to.deep.equal({ made: 0, elsewhere: 0, failed: 0, queued: 0 })
  })

  it('are only queued if nothing is to wait for them; a worker then remakes them', async () => {
    const { larder, uid, old } = await withOldPicture()
    expect((await remake(larder, true)).counts).to.deep.equal({ made: 0, elsewhere: 0, failed: 0, queued: 1 })
    expect(await listed(larder, uid)).to.deep.equal(old.map((made) => made.uid))
    const [job] = await right(larder.jobs.take(5))
    expect(job).to.include({ kind: 'remake', state: 'running' })
  })

  it('are remade once, even by two processes', async () => {
    const locks: HeldLocks = new Map()
    const { larder } = await withOldPicture()
    let renders = 0
    const counting: Adapters['images'] = {
      ...fakeImages,
      render: (...args) => {
        renders += 1
        return fakeImages.render(...args)
      },
    }
    const process = () =>
      createMemoryLarder({
        ...larder,
        images: counting,
        locks: createMemoryWorkLocks(systemMonotonic, locks),
      })
    const both = await Promise.all([remake(await process()), remake(await process())])
    expect(both.map(({ counts }) => counts.failed)).to.deep.equal([0, 0])
    expect(both.reduce((sum, { counts }) => sum + counts.made, 0)).to.equal(1)
    expect(renders).to.equal(1)
  })

  it('are not removed from the store of another library', async () => {
    const { larder, old, advance } = await withOldPicture()
    await remake(larder)
    advance(49 * hours)
    await larder.store.delete('.library')()
    await storeMark(larder)
    const stored = (await keysIn(larder.store, 's3_files/')).length
    expect(await right(larder.sweep('within limits', never))).to.include({ result: 'foreign' })
    expect((await keysIn(larder.store, 's3_files/')).length).to.equal(stored)
    expect(old).not.to.have.length(0)
  })

  it('are removed by the next sweep if the store fails in the middle', async () => {
    const { larder, old, advance } = await withOldPicture()
    await remake(larder)
    advance(49 * hours)
    let left = 2
    const store: ObjectStore = {
      ...larder.store,
      delete: (key) =>
        key.startsWith('s3_files/') && left-- <= 0
          ? TE.left({ _tag: 'Unavailable', dependency: 'object store', cause: 'down' })
          : larder.store.delete(key),
    }
    const failing = await createMemoryLarder({ ...larder, store })
    expect(E.isLeft(await failing.sweep('within limits', never)())).to.equal(true)
    const swept = await right(larder.sweep('within limits', never))
    expect('replaced' in swept && swept.replaced.objects).to.equal(old.length - 2)
  })

  const storeMark = async (larder: Larder): Promise<void> => {
    const bytes = Buffer.from('lib_other')
    const { key } = await storeBytes(larder, bytes, 'text/plain')
    await larder.store.delete(key)()
    const digest = await crypto.subtle.digest('SHA-256', bytes)
    await right(
      larder.store.put('.library', {
        contentType: 'text/plain',
        size: bytes.length,
        sha256: Buffer.from(digest).toString('hex'),
        open: async function* () {
          yield bytes
        },
      }),
    )
  }
})

import { expect } from 'chai'
import fc from 'fast-check'
import { recipeVersions } from '../../src/domain/ingest/recipe-versions.ts'
import { O } from '../../src/fp.ts'
import type { ImageFileRepository } from '../../src/ports/image-file-repository.ts'
import { newImageExport, newImageFile } from '../support/arbitraries.ts'
import {
  aNewFileJob,
  aNewImageExport,
  aNewImageFile,
  anImageExportUid,
  anImageFileUid,
  aStoredFile,
} from '../support/builders.ts'
import { right } from '../support/expect-right.ts'
import { publicFilesContract } from './public-files.contract.ts'
import { recipeContract } from './recipe.contract.ts'

/** What every ImageFileRepository promises. `make` returns an empty one. */
export const imageFileRepositoryContract = (make: () => Promise<ImageFileRepository>): void => {
  let images: ImageFileRepository

  beforeEach(async () => {
    images = await make()
  })

  it('is empty at first', async () => {
    expect(await right(images.first)).to.deep.equal(O.none)
    expect(await right(images.listUnfinished)).to.deep.equal([])
    expect(await right(images.listExports(anImageFileUid()))).to.deep.equal([])
    expect(await right(images.findExport(anImageExportUid()))).to.deep.equal(O.none)
    expect(await right(images.findByOriginal('00'))).to.deep.equal(O.none)
    expect(await right(images.isPublic(anImageFileUid()))).to.equal(false)
  })

  it('does nothing before the task is run', async () => {
    images.add(aNewImageFile(), aNewFileJob())
    expect(await right(images.first)).to.deep.equal(O.none)
  })

  it('returns a file by its original, with the number of its exports', async () => {
    const file = aNewImageFile()
    expect(await right(images.add(file, aNewFileJob()))).to.equal(true)
    const ingested = { uid: file.uid, original: file.original, exportCount: 0, recipe: null }
    expect(await right(images.findByOriginal(file.sha512))).to.deep.equal(O.some(ingested))

    await right(images.addExports(file.uid, [aNewImageExport(), aNewImageExport()], null))
    expect(await right(images.findByOriginal(file.sha512))).to.deep.equal(
      O.some({ ...ingested, exportCount: 2, recipe: recipeVersions.image }),
    )
  })

  it('accepts an original once, and stores nothing of a duplicate', async () => {
    const file = aNewImageFile()
    const twin = aNewImageFile({ sha512: file.sha512 })
    expect(await right(images.add(file, aNewFileJob()))).to.equal(true)
    expect(await right(images.add(twin, aNewFileJob()))).to.equal(false)
    expect(await right(images.addExports(twin.uid, [aNewImageExport()], null))).to.equal(false)
    expect((await right(images.listUnfinished)).map(({ uid }) => uid)).to.deep.equal([file.uid])

    const sameStoredFile = aNewImageFile({ original: twin.original })
    expect(await right(images.add(sameStoredFile, aNewFileJob()))).to.equal(true)
  })

  it('accepts one of many concurrent adds of the same original', async () => {
    const { sha512 } = aNewImageFile()
    const results = await Promise.all(
      Array.from({ length: 6 }, () => right(images.add(aNewImageFile({ sha512 }), aNewFileJob()))),
    )
    expect(results.filter(Boolean)).to.have.length(1)
    expect(await right(images.listUnfinished)).to.have.length(1)
  })

  it('returns all fields that were added, and the time at which the file was stored', async () => {
    const before = Date.now()
    await fc.assert(
      fc.asyncProperty(
        newImageFile(),
        fc.array(newImageExport(), { minLength: 1, maxLength: 5 }),
        async (file, added) => {
          expect(await right(images.add(file, aNewFileJob()))).to.equal(true)
          expect(await right(images.addExports(file.uid, added, null))).to.equal(true)

          const listed = added.map(({ file: { size }, recipe: _, ...rest }) => ({ ...rest, sizeBytes: size }))
          expect(await right(images.listExports(file.uid))).to.have.deep.members(listed)
          for (const { uid, height, file: stored } of added) {
            const found = await right(images.findExport(uid))
            if (O.isNone(found)) return expect.fail('the export is missing')
            const { storedAt, ...rest } = found.value
            expect(storedAt).to.be.within(before - 1000, Date.now() + 1000)
            expect(rest).to.deep.equal({
              fileSize: stored.size,
              imageFileUid: file.uid,
              height,
              s3FileUid: stored.uid,
              s3FileKey: stored.key,
              contentType: stored.contentType,
              sha256: stored.sha256,
            })
          }
        },
      ),
      { numRuns: 20 },
    )
  })

  it('adds exports to a file once', async () => {
    const file = aNewImageFile()
    const early = aNewImageExport()
    const late = aNewImageExport()
    await right(images.add(file, aNewFileJob()))
    expect(await right(images.addExports(file.uid, [early], null))).to.equal(true)
    expect(await right(images.addExports(file.uid, [late], null))).to.equal(false)
    expect((await right(images.listExports(file.uid))).map(({ uid }) => uid)).to.deep.equal([early.uid])
    expect(await right(images.findExport(late.uid))).to.deep.equal(O.none)
  })

  it('accepts one of many concurrent additions of exports to a file', async () => {
    const file = aNewImageFile()
    await right(images.add(file, aNewFileJob()))
    const results = await Promise.all(
      Array.from({ length: 6 }, () =>
        right(images.addExports(file.uid, [aNewImageExport(), aNewImageExport()], null)),
      ),
    )
    expect(results.filter(Boolean)).to.have.length(1)
    expect(await right(images.listExports(file.uid))).to.have.length(2)
  })

  it('refuses exports of a missing file, and an empty list of exports', async () => {
    const file = aNewImageFile()
    const added = aNewImageExport()
    expect(await right(images.addExports(file.uid, [added], null))).to.equal(false)
    expect(await right(images.findExport(added.uid))).to.deep.equal(O.none)

    await right(images.add(file, aNewFileJob()))
    expect(await right(images.addExports(file.uid, [], null))).to.equal(false)
    expect(await right(images.listUnfinished)).to.have.length(1)
  })

  publicFilesContract({ repository: () => images, newFile: aNewImageFile })

  it('keeps a public file public while its exports are added', async () => {
    const file = aNewImageFile()
    await right(images.add(file, aNewFileJob()))
    await right(images.setPublic(file.uid, true))
    await right(images.addExports(file.uid, [aNewImageExport()], null))
    expect(await right(images.isPublic(file.uid))).to.equal(true)
  })

  it('lists unfinished files, oldest first', async () => {
    const files = [aNewImageFile(), aNewImageFile(), aNewImageFile()] as const
    for (const file of files) await right(images.add(file, aNewFileJob()))
    await right(images.addExports(files[1].uid, [aNewImageExport()], null))
    expect(await right(images.listUnfinished)).to.deep.equal(
      [files[0], files[2]].map(({ uid, original }) => ({ uid, original, exportCount: 0, recipe: null })),
    )
    expect(await right(images.first)).to.deep.equal(O.some(files[0].uid))
  })

  it('removes an unfinished file, so that its original can be added again', async () => {
    const file = aNewImageFile()
    await right(images.add(file, aNewFileJob()))
    expect(await right(images.removeUnfinished(file.uid))).to.equal(true)
    expect(await right(images.findByOriginal(file.sha512))).to.deep.equal(O.none)
    expect(await right(images.first)).to.deep.equal(O.none)
    expect(await right(images.add(file, aNewFileJob()))).to.equal(true)
  })

  it('removes neither a finished file nor a missing one', async () => {
    const file = aNewImageFile()
    await right(images.add(file, aNewFileJob()))
    await right(images.addExports(file.uid, [aNewImageExport({ file: aStoredFile() })], null))
    expect(await right(images.removeUnfinished(file.uid))).to.equal(false)
    expect(await right(images.removeUnfinished(anImageFileUid()))).to.equal(false)
    expect(await right(images.listExports(file.uid))).to.have.length(1)
    expect(await right(images.first)).to.deep.equal(O.some(file.uid))
  })

  recipeContract({
    repository: () => images,
    newFile: aNewImageFile,
    newExport: (recipe) => aNewImageExport({ recipe, file: aStoredFile() }),
    partsOf: ({ uid, file }) => [{ uid, key: file.key, size: file.size }],
    listed: async (uid) => (await right(images.listExports(uid))).map((added) => added.uid),
    isReadable: async ({ uid }) => O.isSome(await right(images.findExport(uid))),
  })
}

import { expect } from 'chai'
import fc from 'fast-check'
import type { NewContentExport, NewContentPart } from '../../src/domain/media/content-export.ts'
import type { ContentFileUid } from '../../src/domain/media/ids.ts'
import { O } from '../../src/fp.ts'
import type { ContentFileRepository } from '../../src/ports/content-file-repository.ts'
import { newContentExport, newContentFile } from '../support/arbitraries.ts'
import {
  aContentExportUid,
  aContentFileUid,
  aContentPartUid,
  aNewContentExport,
  aNewContentFile,
  aNewContentPart,
  aNewFileJob,
  aStoredFile,
} from '../support/builders.ts'
import { right } from '../support/expect-right.ts'
import { publicFilesContract } from './public-files.contract.ts'
import { recipeContract } from './recipe.contract.ts'

const anMp4 = (): NewContentExport =>
  aNewContentExport({ format: 'mp4', targetDuration: null, parts: [aNewContentPart()] })

const inOrder = (parts: ReadonlyArray<NewContentPart>): ReadonlyArray<NewContentPart> => [
  ...parts.filter(({ role }) => role === 'init'),
  ...parts.filter(({ role }) => role === 'media').sort((a, b) => a.position - b.position),
]

/** Allows a rounding error: the sum of floating-point durations depends on their order. */
const expectTimes = (
  { parts }: NewContentExport,
  part: NewContentPart,
  [start, end]: readonly [number | null, number | null],
): void => {
  if (part.role === 'init') {
    expect([start, end]).to.deep.equal([null, null])
    return
  }
  const seconds = ({ durationTicks, timescale }: NewContentPart) => durationTicks / timescale
  const before = parts.filter(({ role, position }) => role === 'media' && position < part.position)
  const expected = before.reduce((sum, earlier) => sum + seconds(earlier), 0)
  const tolerance = Math.max(1e-9, (expected + seconds(part)) * 1e-12)
  expect(start).to.be.closeTo(expected, tolerance)
  expect(end).to.be.closeTo(expected + seconds(part), tolerance)
}

/** What every ContentFileRepository promises. `make` returns an empty one. */
export const contentFileRepositoryContract = (make: () => Promise<ContentFileRepository>): void => {
  let contents: ContentFileRepository

  beforeEach(async () => {
    contents = await make()
  })

  publicFilesContract({ repository: () => contents, newFile: aNewContentFile })

  it('is empty at first', async () => {
    expect(await right(contents.first)).to.deep.equal(O.none)
    expect(await right(contents.listUnfinished)).to.deep.equal([])
    expect(await right(contents.find(aContentFileUid()))).to.deep.equal(O.none)
    expect(await right(contents.findVod(aContentExportUid()))).to.deep.equal(O.none)
    expect(await right(contents.listParts(aContentExportUid()))).to.deep.equal(O.none)
    expect(await right(contents.listKeyframes(aContentExportUid()))).to.deep.equal(O.none)
    expect(await right(contents.findPart(aContentPartUid()))).to.deep.equal(O.none)
    expect(await right(contents.findByOriginal('00'))).to.deep.equal(O.none)
  })

  it('does nothing before the task is run', async () => {
    contents.add(aNewContentFile(), aNewFileJob())
    expect(await right(contents.first)).to.deep.equal(O.none)
  })

  it('returns a file without exports by its uid and by its original', async () => {
    const file = aNewContentFile({ durationSeconds: 12.5 })
    const { uid, original, durationSeconds } = file
    expect(await right(contents.add(file, aNewFileJob()))).to.equal(true)
    expect(await right(contents.find(uid))).to.deep.equal(O.some({ uid, durationSeconds, exports: [] }))
    expect(await right(contents.findByOriginal(file.sha512))).to.deep.equal(
      O.some({ uid, original, durationSeconds, exportCount: 0, recipe: null }),
    )
  })

  it('accepts an original once, and stores nothing of a duplicate', async () => {
    const file = aNewContentFile()
    const twin = aNewContentFile({ sha512: file.sha512 })
    expect(await right(contents.add(file, aNewFileJob()))).to.equal(true)
    expect(await right(contents.add(twin, aNewFileJob()))).to.equal(false)
    expect(await right(contents.find(twin.uid))).to.deep.equal(O.none)

    const sameStoredFile = aNewContentFile({ original: twin.original })
    expect(await right(contents.add(sameStoredFile, aNewFileJob()))).to.equal(true)
  })

  it('accepts one of many concurrent adds of the same original', async () => {
    const { sha512 } = aNewContentFile()
    const results = await Promise.all(
      Array.from({ length: 6 }, () => right(contents.add(aNewContentFile({ sha512 }), aNewFileJob()))),
    )
    expect(results.filter(Boolean)).to.have.length(1)
    expect(await right(contents.listUnfinished)).to.have.length(1)
  })

  it('returns all that was added', async () => {
    await fc.assert(
      fc.asyncProperty(
        newContentFile(),
        fc.array(newContentExport(), { minLength: 1, maxLength: 3 }),
        async (file, added) => {
          expect(await right(contents.add(file, aNewFileJob()))).to.equal(true)
          expect(await right(contents.addExports(file.uid, added, null))).to.equal(true)

          const { uid } = file
          const durationSeconds = Math.max(...added.map(({ durationSeconds: seconds }) => seconds))
          const found = await right(contents.find(uid))
          if (O.isNone(found)) return expect.fail('the file is missing')
          expect(found.value).to.include({ uid, durationSeconds })
          expect(found.value.exports).to.have.deep.members(
            added.map(({ parts, recipe: _, language: __, ...rest }) => ({
              ...rest,
              firstPartUid: parts.find(({ role, position }) => role === 'media' && position === 0)?.uid,
            })),
          )
          for (const one of added) await expectParts(uid, one)
        },
      ),
      { numRuns: 20 },
    )
  })

  it('returns an mp4 export only as part of its file', async () => {
    const file = aNewContentFile()
    const mp4 = anMp4()
    await right(contents.add(file, aNewFileJob()))
    await right(contents.addExports(file.uid, [mp4], null))
    expect(await right(contents.findVod(mp4.uid))).to.deep.equal(O.none)
    expect(await right(contents.listParts(mp4.uid))).to.deep.equal(O.none)
    expect(await right(contents.listKeyframes(mp4.uid))).to.deep.equal(O.none)
  })

  it('returns the segments of a long film in order (W11)', async () => {
    const file = aNewContentFile()
    const parts = Array.from({ length: 1200 }, (_, position) => aNewContentPart({ position }))
    const film = aNewContentExport({ parts: [...parts].reverse() })
    await right(contents.add(file, aNewFileJob()))
    await right(contents.addExports(file.uid, [film], null))
    const listed = await right(contents.listParts(film.uid))
    if (O.isNone(listed)) return expect.fail('the export is missing')
    expect(listed.value.parts.map(({ uid }) => uid)).to.deep.equal(parts.map(({ uid }) => uid))
  })

  it('adds exports to a file once', async () => {
    const file = aNewContentFile()
    const early = aNewContentExport()
    const late = aNewContentExport()
    await right(contents.add(file, aNewFileJob()))
    expect(await right(contents.addExports(file.uid, [early], null))).to.equal(true)
    expect(await right(contents.addExports(file.uid, [late], null))).to.equal(false)
    expect(await right(contents.findVod(late.uid))).to.deep.equal(O.none)
    for (const { uid } of late.parts) expect(await right(contents.findPart(uid))).to.deep.equal(O.none)
  })

  it('accepts one of many concurrent additions of exports to a file', async () => {
    const file = aNewContentFile()
    await right(contents.add(file, aNewFileJob()))
    const results = await Promise.all(
      Array.from({ length: 6 }, () =>
        right(contents.addExports(file.uid, [aNewContentExport(), anMp4()], null)),
      ),
    )
    expect(results.filter(Boolean)).to.have.length(1)
    const found = await right(contents.find(file.uid))
    expect(O.isSome(found) && found.value.exports).to.have.length(2)
  })

  it('refuses exports of a missing file, and an empty list of exports', async () => {
    const file = aNewContentFile()
    const added = aNewContentExport()
    expect(await right(contents.addExports(file.uid, [added], null))).to.equal(false)
    expect(await right(contents.findVod(added.uid))).to.deep.equal(O.none)

    await right(contents.add(file, aNewFileJob()))
    expect(await right(contents.addExports(file.uid, [], null))).to.equal(false)
    expect(await right(contents.listUnfinished)).to.have.length(1)
  })

  it('lists unfinished files, oldest first', async () => {
    const files = [aNewContentFile(), aNewContentFile(), aNewContentFile()] as const
    for (const file of files) await right(contents.add(file, aNewFileJob()))
    await right(contents.addExports(files[1].uid, [anMp4()], null))
    expect(await right(contents.listUnfinished)).to.deep.equal(
      [files[0], files[2]].map(({ uid, original, durationSeconds }) => ({
        uid,
        original,
        durationSeconds,
        exportCount: 0,
        recipe: null,
      })),
    )
    expect(await right(contents.first)).to.deep.equal(O.some(files[0].uid))
  })

  it('removes an unfinished file, so that its original can be added again', async () => {
    const file = aNewContentFile({ original: aStoredFile() })
    await right(contents.add(file, aNewFileJob()))
    expect(await right(contents.removeUnfinished(file.uid))).to.equal(true)
    expect(await right(contents.find(file.uid))).to.deep.equal(O.none)
    expect(await right(contents.add(file, aNewFileJob()))).to.equal(true)
  })

  it('removes neither a finished file nor a missing one', async () => {
    const file = aNewContentFile()
    const mp4 = anMp4()
    await right(contents.add(file, aNewFileJob()))
    await right(contents.addExports(file.uid, [mp4], null))
    expect(await right(contents.removeUnfinished(file.uid))).to.equal(false)
    expect(await right(contents.removeUnfinished(aContentFileUid()))).to.equal(false)
    for (const { uid } of mp4.parts) expect(O.isSome(await right(contents.findPart(uid)))).to.equal(true)
    expect(await right(contents.first)).to.deep.equal(O.some(file.uid))
  })

  recipeContract({
    repository: () => contents,
    newFile: aNewContentFile,
    newExport: (recipe) => aNewContentExport({ recipe }),
    partsOf: ({ parts }) => parts.map(({ uid, file }) => ({ uid, key: file.key, size: file.size })),
    listed: async (uid) => {
      const found = await right(contents.find(uid))
      return O.isSome(found) ? found.value.exports.map((added) => added.uid) : []
    },
    isReadable: async ({ uid, parts }) => {
      const found = [
        O.isSome(await right(contents.findVod(uid))),
        O.isSome(await right(contents.listParts(uid))),
        ...(await Promise.all(parts.map(async (part) => O.isSome(await right(contents.findPart(part.uid)))))),
      ]
      expect(new Set(found).size, 'all of it, or nothing').to.equal(1)
      return found[0] === true
    },
  })

  it('[V39] returns the duration of the newest exports as the duration of a film', async () => {
    const file = aNewContentFile()
    await right(contents.add(file, aNewFileJob()))
    await right(contents.addExports(file.uid, [aNewContentExport({ recipe: 1, durationSeconds: 10 })], null))
    await right(
      contents.replaceExports(file.uid, [aNewContentExport({ recipe: 2, durationSeconds: 11 })], null),
    )
    const found = await right(contents.find(file.uid))
    expect(O.isSome(found) && found.value.durationSeconds).to.equal(11)
  })

  const startedAt = Date.now()
  const expectParts = async (contentFileUid: ContentFileUid, added: NewContentExport): Promise<void> => {
    const height = added.video?.height ?? null
    for (const part of added.parts) {
      const { uid, file } = part
      const found = await right(contents.findPart(uid))
      if (O.isNone(found)) return expect.fail('the part is missing')
      const { startSeconds, endSeconds, storedAt, ...rest } = found.value
      expect(storedAt).to.be.within(startedAt - 1000, Date.now() + 1000)
      expect(rest).to.deep.equal({
        contentFileUid,
        contentFileExportUid: added.uid,
        format: added.format,
        height,
        s3FileUid: file.uid,
        s3FileKey: file.key,
        contentType: file.contentType,
        fileSize: file.size,
        sha256: file.sha256,
      })
      expectTimes(added, part, [startSeconds, endSeconds])
    }
    if (added.format === 'mp4') return
    expect(await right(contents.findVod(added.uid))).to.deep.equal(O.some({ contentFileUid, height }))
    expect(await right(contents.listParts(added.uid))).to.deep.equal(
      O.some({
        exportUid: added.uid,
        targetDuration: added.targetDuration,
        parts: inOrder(added.parts).map(({ file: _, keyframes: __, ...part }) => part),
      }),
    )
    expect(await right(contents.listKeyframes(added.uid))).to.deep.equal(
      O.some({
        exportUid: added.uid,
        targetDuration: added.targetDuration,
        parts: inOrder(added.parts).map(({ file: _, ...part }) => part),
      }),
    )
  }
}

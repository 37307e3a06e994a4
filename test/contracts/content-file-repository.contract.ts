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
  aStoredFile,
} from '../support/builders.ts'
import { right } from '../support/expect-right.ts'
import { recipeContract } from './recipe.contract.ts'

const anMp4 = (): NewContentExport =>
  aNewContentExport({ format: 'mp4', targetDuration: null, parts: [aNewContentPart()] })

const inOrder = (parts: ReadonlyArray<NewContentPart>): ReadonlyArray<NewContentPart> => [
  ...parts.filter(({ role }) => role === 'init'),
  ...parts.filter(({ role }) => role === 'media').sort((a, b) => a.position - b.position),
]

/** Sums of fractions differ by their order in the last digits. */
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
  const expected = before.reduce((sum, one) => sum + seconds(one), 0)
  const within = Math.max(1e-9, (expected + seconds(part)) * 1e-12)
  expect(start).to.be.closeTo(expected, within)
  expect(end).to.be.closeTo(expected + seconds(part), within)
}

/** What every ContentFileRepository promises; `make` gives an empty one. */
export const contentFileRepositoryContract = (make: () => Promise<ContentFileRepository>): void => {
  let contents: ContentFileRepository

  beforeEach(async () => {
    contents = await make()
  })

  it('knows nothing at first', async () => {
    expect(await right(contents.first)).to.deep.equal(O.none)
    expect(await right(contents.listUnfinished)).to.deep.equal([])
    expect(await right(contents.find(aContentFileUid()))).to.deep.equal(O.none)
    expect(await right(contents.findVod(aContentExportUid()))).to.deep.equal(O.none)
    expect(await right(contents.listParts(aContentExportUid()))).to.deep.equal(O.none)
    expect(await right(contents.listKeyframes(aContentExportUid()))).to.deep.equal(O.none)
    expect(await right(contents.findPart(aContentPartUid()))).to.deep.equal(O.none)
    expect(await right(contents.findByOriginal('00'))).to.deep.equal(O.none)
  })

  it('does nothing until it is run', async () => {
    contents.add(aNewContentFile())
    expect(await right(contents.first)).to.deep.equal(O.none)
  })

  it('finds a file that has no exports yet, by its uid and by its original', async () => {
    const file = aNewContentFile({ durationSeconds: 12.5 })
    const { uid, original, durationSeconds } = file
    expect(await right(contents.add(file))).to.equal(true)
    expect(await right(contents.find(uid))).to.deep.equal(O.some({ uid, durationSeconds, exports: [] }))
    expect(await right(contents.findByOriginal(file.sha512))).to.deep.equal(
      O.some({ uid, original, durationSeconds, exportCount: 0, recipe: null }),
    )
  })

  it('takes an original once, and leaves no trace of a second one', async () => {
    const file = aNewContentFile()
    const twin = aNewContentFile({ sha512: file.sha512 })
    expect(await right(contents.add(file))).to.equal(true)
    expect(await right(contents.add(twin))).to.equal(false)
    expect(await right(contents.find(twin.uid))).to.deep.equal(O.none)

    const sameStoredFile = aNewContentFile({ original: twin.original })
    expect(await right(contents.add(sameStoredFile))).to.equal(true)
  })

  it('lets one of many win who add the same original at once', async () => {
    const { sha512 } = aNewContentFile()
    const said = await Promise.all(
      Array.from({ length: 6 }, () => right(contents.add(aNewContentFile({ sha512 })))),
    )
    expect(said.filter(Boolean)).to.have.length(1)
    expect(await right(contents.listUnfinished)).to.have.length(1)
  })

  it('gives back whatever was added', async () => {
    await fc.assert(
      fc.asyncProperty(
        newContentFile(),
        fc.array(newContentExport(), { minLength: 1, maxLength: 3 }),
        async (file, made) => {
          expect(await right(contents.add(file))).to.equal(true)
          expect(await right(contents.addExports(file.uid, made))).to.equal(true)

          const { uid } = file
          const durationSeconds = Math.max(...made.map((one) => one.durationSeconds))
          const found = await right(contents.find(uid))
          if (O.isNone(found)) return expect.fail('the file is not there')
          expect(found.value).to.include({ uid, durationSeconds })
          expect(found.value.exports).to.have.deep.members(
            made.map(({ parts, recipe: _, ...rest }) => ({
              ...rest,
              firstPartUid: parts.find(({ role, position }) => role === 'media' && position === 0)?.uid,
            })),
          )
          for (const one of made) await expectParts(uid, one)
        },
      ),
      { numRuns: 20 },
    )
  })

  it('tells of an mp4 export only in the file that it belongs to', async () => {
    const file = aNewContentFile()
    const mp4 = anMp4()
    await right(contents.add(file))
    await right(contents.addExports(file.uid, [mp4]))
    expect(await right(contents.findVod(mp4.uid))).to.deep.equal(O.none)
    expect(await right(contents.listParts(mp4.uid))).to.deep.equal(O.none)
    expect(await right(contents.listKeyframes(mp4.uid))).to.deep.equal(O.none)
  })

  it('keeps the parts of a long film in order (W11)', async () => {
    const file = aNewContentFile()
    const parts = Array.from({ length: 1200 }, (_, position) => aNewContentPart({ position }))
    const film = aNewContentExport({ parts: [...parts].reverse() })
    await right(contents.add(file))
    await right(contents.addExports(file.uid, [film]))
    const listed = await right(contents.listParts(film.uid))
    if (O.isNone(listed)) return expect.fail('the export is not there')
    expect(listed.value.parts.map(({ uid }) => uid)).to.deep.equal(parts.map(({ uid }) => uid))
  })

  it('adds exports to a file once', async () => {
    const file = aNewContentFile()
    const kept = aNewContentExport()
    const late = aNewContentExport()
    await right(contents.add(file))
    expect(await right(contents.addExports(file.uid, [kept]))).to.equal(true)
    expect(await right(contents.addExports(file.uid, [late]))).to.equal(false)
    expect(await right(contents.findVod(late.uid))).to.deep.equal(O.none)
    for (const { uid } of late.parts) expect(await right(contents.findPart(uid))).to.deep.equal(O.none)
  })

  it('lets one of many win who add exports to a file at once', async () => {
    const file = aNewContentFile()
    await right(contents.add(file))
    const said = await Promise.all(
      Array.from({ length: 6 }, () => right(contents.addExports(file.uid, [aNewContentExport(), anMp4()]))),
    )
    expect(said.filter(Boolean)).to.have.length(1)
    const found = await right(contents.find(file.uid))
    expect(O.isSome(found) && found.value.exports).to.have.length(2)
  })

  it('adds no exports to a file that is not there, and takes none for no export', async () => {
    const file = aNewContentFile()
    const made = aNewContentExport()
    expect(await right(contents.addExports(file.uid, [made]))).to.equal(false)
    expect(await right(contents.findVod(made.uid))).to.deep.equal(O.none)

    await right(contents.add(file))
    expect(await right(contents.addExports(file.uid, []))).to.equal(false)
    expect(await right(contents.listUnfinished)).to.have.length(1)
  })

  it('lists unfinished files, oldest first', async () => {
    const files = [aNewContentFile(), aNewContentFile(), aNewContentFile()] as const
    for (const file of files) await right(contents.add(file))
    await right(contents.addExports(files[1].uid, [anMp4()]))
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

  it('removes an unfinished file so that its original may come again', async () => {
    const file = aNewContentFile({ original: aStoredFile() })
    await right(contents.add(file))
    expect(await right(contents.removeUnfinished(file.uid))).to.equal(true)
    expect(await right(contents.find(file.uid))).to.deep.equal(O.none)
    expect(await right(contents.add(file))).to.equal(true)
  })

  it('removes neither a finished file nor one that is not there', async () => {
    const file = aNewContentFile()
    const mp4 = anMp4()
    await right(contents.add(file))
    await right(contents.addExports(file.uid, [mp4]))
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
      return O.isSome(found) ? found.value.exports.map((made) => made.uid) : []
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

  it('[V39] says that a film lasts as long as what was made of it last', async () => {
    const file = aNewContentFile()
    await right(contents.add(file))
    await right(contents.addExports(file.uid, [aNewContentExport({ recipe: 1, durationSeconds: 10 })]))
    await right(contents.replaceExports(file.uid, [aNewContentExport({ recipe: 2, durationSeconds: 11 })]))
    const found = await right(contents.find(file.uid))
    expect(O.isSome(found) && found.value.durationSeconds).to.equal(11)
  })

  const begunAt = Date.now()
  const expectParts = async (contentFileUid: ContentFileUid, made: NewContentExport): Promise<void> => {
    const height = made.video?.height ?? null
    for (const part of made.parts) {
      const { uid, file } = part
      const found = await right(contents.findPart(uid))
      if (O.isNone(found)) return expect.fail('the part is not there')
      const { startSeconds, endSeconds, storedAt, ...rest } = found.value
      expect(storedAt).to.be.within(begunAt - 1000, Date.now() + 1000)
      expect(rest).to.deep.equal({
        contentFileUid,
        contentFileExportUid: made.uid,
        format: made.format,
        height,
        s3FileUid: file.uid,
        s3FileKey: file.key,
        contentType: file.contentType,
        fileSize: file.size,
        sha256: file.sha256,
      })
      expectTimes(made, part, [startSeconds, endSeconds])
    }
    if (made.format === 'mp4') return
    expect(await right(contents.findVod(made.uid))).to.deep.equal(O.some({ contentFileUid, height }))
    expect(await right(contents.listParts(made.uid))).to.deep.equal(
      O.some({
        exportUid: made.uid,
        targetDuration: made.targetDuration,
        parts: inOrder(made.parts).map(({ file: _, keyframes: __, ...part }) => part),
      }),
    )
    expect(await right(contents.listKeyframes(made.uid))).to.deep.equal(
      O.some({
        exportUid: made.uid,
        targetDuration: made.targetDuration,
        parts: inOrder(made.parts).map(({ file: _, ...part }) => part),
      }),
    )
  }
}

import { oldestRecipe } from '../../domain/ingest/recipe-versions.ts'
import type { ImageExportUid, ImageFileUid } from '../../domain/media/ids.ts'
import type { ImageExport, ImageExportFile, NewImageExport } from '../../domain/media/image-export.ts'
import { O, pipe, TE } from '../../fp.ts'
import type { Clock } from '../../ports/clock.ts'
import type {
  ImageFileRepository,
  IngestedImageFile,
  NewImageFile,
} from '../../ports/image-file-repository.ts'
import { createReplacedInMemory, outdatedAmong } from './replaced-in-memory.ts'

type Row = {
  readonly file: NewImageFile
  readonly isPublic: boolean
  readonly exports: ReadonlyArray<NewImageExport>
}

/** For tests, and for a run without a database. Meets the contract, but stores nothing permanently. */
export const createMemoryImageFileRepository = (clock: Clock): ImageFileRepository => {
  const rows = new Map<ImageFileUid, Row>() // in the order of insertion: oldest first
  const exportFiles = new Map<ImageExportUid, ImageExportFile>()

  const replaced = createReplacedInMemory<ImageExportUid>(clock, (uid) => exportFiles.delete(uid))

  const setExports = (row: Row, exports: ReadonlyArray<NewImageExport>): void => {
    const { uid } = row.file
    rows.set(uid, { ...row, exports })
    for (const exported of exports) exportFiles.set(exported.uid, toExportFile(uid, exported, clock()))
  }

  const all = (): ReadonlyArray<Row> => [...rows.values()]
  const isUnfinished = (row: Row): boolean => row.exports.length === 0
  const byOriginal = (sha512: string): O.Option<Row> =>
    O.fromNullable(all().find((row) => row.file.sha512 === sha512))

  return {
    listExports: (uid) => TE.fromIO(() => (rows.get(uid)?.exports ?? []).map(toExport)),

    findExport: (uid) => TE.fromIO(() => O.fromNullable(exportFiles.get(uid))),

    isPublic: (uid) => TE.fromIO(() => rows.get(uid)?.isPublic ?? false),

    setPublic: (uid, isPublic) =>
      TE.fromIO(() => {
        const row = rows.get(uid)
        if (row !== undefined) rows.set(uid, { ...row, isPublic })
      }),

    findIngested: (uid) => TE.fromIO(() => pipe(O.fromNullable(rows.get(uid)), O.map(toKnown))),

    findByOriginal: (sha512) => TE.fromIO(() => pipe(byOriginal(sha512), O.map(toKnown))),

    add: (file) =>
      TE.fromIO(() => {
        if (O.isSome(byOriginal(file.sha512))) return false
        rows.set(file.uid, { file, isPublic: false, exports: [] })
        return true
      }),

    addExports: (uid, exports) =>
      TE.fromIO(() => {
        const row = rows.get(uid)
        if (row === undefined || !isUnfinished(row) || exports.length === 0) return false
        setExports(row, exports)
        return true
      }),

    replaceExports: (uid, exports) =>
      TE.fromIO(() => {
        const row = rows.get(uid)
        const older = row?.exports.filter(({ recipe }) => recipe < oldestRecipe(exports)) ?? []
        if (row === undefined || older.length === 0 || exports.length === 0) return false
        for (const { uid: old, file } of older)
          replaced.add(old, [{ uid: old, key: file.key, size: file.size }])
        setExports(row, exports)
        return true
      }),

    countOutdated: (recipe) => TE.fromIO(() => outdatedAmong(all().map(toKnown), recipe).length),

    listOutdated: (recipe, after) => TE.fromIO(() => outdatedAmong(all().map(toKnown), recipe, after)),

    listReplaced: replaced.list,
    removeReplaced: replaced.remove,

    listUnfinished: TE.fromIO(() => all().filter(isUnfinished).map(toKnown)),

    removeUnfinished: (uid) =>
      TE.fromIO(() => {
        const row = rows.get(uid)
        return row !== undefined && isUnfinished(row) && rows.delete(uid)
      }),

    first: TE.fromIO(() => O.fromNullable(all()[0]?.file.uid)),
  }
}

const toExport = ({ file, recipe: _, ...exported }: NewImageExport): ImageExport => ({
  ...exported,
  sizeBytes: file.size,
})

const toExportFile = (
  imageFileUid: ImageFileUid,
  { file, height }: NewImageExport,
  storedAt: number,
): ImageExportFile => ({
  fileSize: file.size,
  imageFileUid,
  height,
  s3FileUid: file.uid,
  s3FileKey: file.key,
  contentType: file.contentType,
  sha256: file.sha256,
  storedAt,
})

const toKnown = ({ file, exports }: Row): IngestedImageFile => ({
  uid: file.uid,
  original: file.original,
  exportCount: exports.length,
  recipe: exports.length === 0 ? null : oldestRecipe(exports),
})

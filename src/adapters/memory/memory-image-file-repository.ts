import type { ImageExportUid, ImageFileUid } from '../../domain/media/ids.ts'
import type { ImageExport, ImageExportFile, NewImageExport } from '../../domain/media/image-export.ts'
import { O, TE } from '../../fp.ts'
import type { Clock } from '../../ports/clock.ts'
import type { ImageFileRepository, NewImageFile } from '../../ports/image-file-repository.ts'
import type { IngestedFile } from '../../ports/library-repository.ts'
import { createMemoryJobs, type MemoryJobs } from './memory-jobs.ts'
import { createMemoryLibraryTable } from './memory-library-table.ts'

/** Stores image files in memory, for tests. `jobs` are the jobs of the library. */
export const createMemoryImageFileRepository = (
  clock: Clock,
  jobs: MemoryJobs = createMemoryJobs(clock),
): ImageFileRepository => {
  const exportFiles = new Map<ImageExportUid, ImageExportFile>()

  const { rows, functions } = createMemoryLibraryTable({
    clock,
    jobs,
    kind: 'image',
    durationOf: () => null,
    onExports: (file: NewImageFile, exports: ReadonlyArray<NewImageExport>) => {
      for (const exported of exports) exportFiles.set(exported.uid, toExportFile(file.uid, exported, clock()))
      return file
    },
    partsOf: ({ uid, file }) => [{ uid, key: file.key, size: file.size }],
    onRemoved: (uid: ImageExportUid) => exportFiles.delete(uid),
    toIngested: (common: IngestedFile<ImageFileUid>) => common,
  })

  return {
    ...functions,

    listExports: (uid) => TE.fromIO(() => (rows.get(uid)?.exports ?? []).map(toExport)),

    findExport: (uid) => TE.fromIO(() => O.fromNullable(exportFiles.get(uid))),

    isPublic: (uid) => TE.fromIO(() => rows.get(uid)?.file.isPublic ?? false),

    setPublic: (uid, isPublic) =>
      TE.fromIO(() => {
        const row = rows.get(uid)
        if (row !== undefined) rows.set(uid, { ...row, file: { ...row.file, isPublic } })
      }),
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

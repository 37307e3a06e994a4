import type { MediaExport } from '../../domain/library/media-item.ts'
import type { ImageExportUid, ImageFileUid } from '../../domain/media/ids.ts'
import type { ImageExport, ImageExportFile, NewImageExport } from '../../domain/media/image-export.ts'
import { O, TE } from '../../fp.ts'
import type { Clock } from '../../ports/clock.ts'
import type { ImageFileRepository, NewImageFile } from '../../ports/image-file-repository.ts'
import type { IngestedFile } from '../../ports/library-repository.ts'
import { createMemoryJobs, type MemoryJobs } from './memory-jobs.ts'
import { createMemoryLibraryTable } from './memory-library-table.ts'
import { createMemoryMedia, type MemoryMedia } from './memory-media.ts'

/** Stores image files in memory, for tests. `jobs` and `media` are those of the library. */
export const createMemoryImageFileRepository = (
  clock: Clock,
  jobs: MemoryJobs = createMemoryJobs(clock),
  media: MemoryMedia = createMemoryMedia(clock),
): ImageFileRepository => {
  const exportFiles = new Map<ImageExportUid, ImageExportFile>()

  const { kept, functions } = createMemoryLibraryTable({
    clock,
    jobs,
    media,
    kind: 'image',
    durationOf: () => null,
    toMediaExport,
    readFrame: ({ width, height }, exports) => ({ width, height, thumbhash: exports[0]?.thumbhash ?? null }),
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

    listExports: (uid) => TE.fromIO(() => (kept(uid)?.exports ?? []).map(toExport)),

    findExport: (uid) =>
      TE.fromIO(() => {
        const found = exportFiles.get(uid)
        return found === undefined || media.isDeleted(found.imageFileUid) ? O.none : O.some(found)
      }),
  }
}

const toExport = ({ file, recipe: _, ...exported }: NewImageExport): ImageExport => ({
  ...exported,
  sizeBytes: file.size,
})

const toMediaExport = ({ uid, format, width, height, recipe, file }: NewImageExport): MediaExport => ({
  uid,
  format,
  width,
  height,
  codecs: [],
  language: null,
  bandwidth: null,
  sizeBytes: file.size,
  recipe,
  firstPartUid: null,
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

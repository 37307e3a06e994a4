import type { MediaExport } from '../../domain/library/media-item.ts'
import {
  type ContentExport,
  type ContentPart,
  type ContentPartFile,
  longestDurationSeconds,
  type NewContentExport,
  type NewContentPart,
  type PartWithKeyframes,
  type PartWithStart,
  type VodMeta,
  type VodParts,
  type VodPartsWithKeyframes,
  withStartTimes,
} from '../../domain/media/content-export.ts'
import type { ContentExportUid, ContentFileUid, ContentPartUid } from '../../domain/media/ids.ts'
import { O, pipe, TE } from '../../fp.ts'
import type { Clock } from '../../ports/clock.ts'
import type { ContentFileRepository, NewContentFile } from '../../ports/content-file-repository.ts'
import type { IngestedFile } from '../../ports/library-repository.ts'
import { createMemoryJobs, type MemoryJobs } from './memory-jobs.ts'
import { createMemoryLibraryTable } from './memory-library-table.ts'
import { createMemoryMedia, type MemoryMedia } from './memory-media.ts'

type Vod = { readonly meta: VodMeta; readonly keyed: VodPartsWithKeyframes }

/** Stores content files in memory, for tests. `jobs` and `media` are those of the library. */
export const createMemoryContentFileRepository = (
  clock: Clock,
  jobs: MemoryJobs = createMemoryJobs(clock),
  media: MemoryMedia = createMemoryMedia(clock),
): ContentFileRepository => {
  const vods = new Map<ContentExportUid, Vod>()
  const partFiles = new Map<ContentPartUid, ContentPartFile>()

  const indexExport = (uid: ContentFileUid, exported: NewContentExport): void => {
    for (const part of withStartTimes(exported.parts))
      partFiles.set(part.uid, toPartFile(uid, exported, part, clock()))
    if (exported.targetDuration === null) return
    const parts = exported.parts.map(toKeyedPart).sort(initFirst)
    const { targetDuration } = exported
    const meta = { contentFileUid: uid, height: exported.video?.height ?? null }
    vods.set(exported.uid, { meta, keyed: { exportUid: exported.uid, targetDuration, parts } })
  }

  const { kept, functions } = createMemoryLibraryTable({
    clock,
    jobs,
    media,
    kind: 'content',
    toMediaExport,
    readFrame: (_, exports) => ({ ...largestFrame(exports), thumbhash: null }),
    durationOf: ({ durationSeconds }) => durationSeconds || null,
    onExports: (file: NewContentFile, exports: ReadonlyArray<NewContentExport>) => {
      for (const exported of exports) indexExport(file.uid, exported)
      return { ...file, durationSeconds: longestDurationSeconds(exports) }
    },
    partsOf: ({ parts }) => parts.map(({ uid, file }) => ({ uid, key: file.key, size: file.size })),
    onRemoved: (uid: ContentExportUid, parts) => {
      vods.delete(uid)
      for (const part of parts) partFiles.delete(part.uid as ContentPartUid)
    },
    toIngested: (common: IngestedFile<ContentFileUid>, { durationSeconds }) => ({
      ...common,
      durationSeconds,
    }),
  })

  const keptVod = (uid: ContentExportUid): Vod | undefined => {
    const vod = vods.get(uid)
    return vod === undefined || media.isDeleted(vod.meta.contentFileUid) ? undefined : vod
  }

  return {
    ...functions,

    find: (uid) =>
      TE.fromIO(() =>
        pipe(
          O.fromNullable(kept(uid)),
          O.map(({ file, exports }) => ({
            uid,
            durationSeconds: file.durationSeconds,
            exports: exports.flatMap(toExport),
          })),
        ),
      ),

    findVod: (uid) => TE.fromIO(() => O.fromNullable(keptVod(uid)?.meta)),

    listParts: (uid) => TE.fromIO(() => pipe(O.fromNullable(keptVod(uid)?.keyed), O.map(toVodParts))),

    listKeyframes: (uid) => TE.fromIO(() => O.fromNullable(keptVod(uid)?.keyed)),

    // The segments of a deleted file are found until its grace ends.
    findPart: (uid) =>
      TE.fromIO(() =>
        pipe(
          O.fromNullable(partFiles.get(uid)),
          O.filter(
            ({ contentFileUid }) =>
              !media.isDeleted(contentFileUid) || (media.find(contentFileUid)?.graceUntil ?? null) !== null,
          ),
        ),
      ),
  }
}

/**
 * Returns the export in an array. The array is empty for an export without a first segment, because such an
 * export cannot be played.
 */
const toExport = ({
  parts,
  recipe: _,
  language: __,
  ...exported
}: NewContentExport): ReadonlyArray<ContentExport> => {
  const first = parts.find(isFirstSegment)
  return first === undefined ? [] : [{ ...exported, firstPartUid: first.uid }]
}

const isFirstSegment = ({ role, position }: NewContentPart): boolean => role === 'media' && position === 0

const toMediaExport = (exported: NewContentExport): MediaExport => ({
  uid: exported.uid,
  format: exported.format,
  width: exported.video?.width ?? null,
  height: exported.video?.height ?? null,
  codecs: exported.codecs,
  language: exported.language,
  bandwidth: exported.bandwidth,
  sizeBytes: exported.fileSize,
  recipe: exported.recipe,
  firstPartUid: exported.parts.find(isFirstSegment)?.uid ?? null,
})

const largestFrame = (exports: ReadonlyArray<NewContentExport>) => {
  const [largest] = exports
    .flatMap(({ video }) => (video === null ? [] : [video]))
    .sort((a, b) => b.height - a.height || b.width - a.width)
  return { width: largest?.width ?? null, height: largest?.height ?? null }
}

const toKeyedPart = ({ file: _, ...part }: NewContentPart): PartWithKeyframes => part

const toPart = ({ keyframes: _, ...part }: PartWithKeyframes): ContentPart => part

const toVodParts = ({ parts, ...vod }: VodPartsWithKeyframes): VodParts => ({
  ...vod,
  parts: parts.map(toPart),
})

const initFirst = (a: ContentPart, b: ContentPart): number =>
  a.role === b.role ? a.position - b.position : a.role === 'init' ? -1 : 1

const toPartFile = (
  contentFileUid: ContentFileUid,
  exported: NewContentExport,
  { startSeconds, durationTicks, timescale, file }: PartWithStart,
  storedAt: number,
): ContentPartFile => ({
  contentFileUid,
  contentFileExportUid: exported.uid,
  format: exported.format,
  height: exported.video?.height ?? null,
  startSeconds,
  endSeconds: startSeconds === null ? null : startSeconds + durationTicks / timescale,
  s3FileUid: file.uid,
  s3FileKey: file.key,
  contentType: file.contentType,
  fileSize: file.size,
  sha256: file.sha256,
  storedAt,
})

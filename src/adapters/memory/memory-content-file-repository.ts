import { oldestRecipe } from '../../domain/ingest/recipe-versions.ts'
import {
  type ContentExport,
  type ContentPart,
  type ContentPartFile,
  type KeyedPart,
  type KeyedVodParts,
  longestDuration,
  type NewContentExport,
  type NewContentPart,
  type VodMeta,
  type VodParts,
} from '../../domain/media/content-export.ts'
import type { ContentExportUid, ContentFileUid, ContentPartUid } from '../../domain/media/ids.ts'
import { O, pipe, TE } from '../../fp.ts'
import type { Clock } from '../../ports/clock.ts'
import type {
  ContentFileRepository,
  IngestedContentFile,
  NewContentFile,
} from '../../ports/content-file-repository.ts'
import { createReplacedInMemory, outdatedAmong } from './replaced-in-memory.ts'

type Row = { readonly file: NewContentFile; readonly exports: ReadonlyArray<NewContentExport> }
type Vod = { readonly meta: VodMeta; readonly keyed: KeyedVodParts }

/** For tests, and for a run without a database. Meets the contract, but stores nothing permanently. */
export const createMemoryContentFileRepository = (clock: Clock): ContentFileRepository => {
  const rows = new Map<ContentFileUid, Row>() // in the order of insertion: oldest first
  const vods = new Map<ContentExportUid, Vod>()
  const partFiles = new Map<ContentPartUid, ContentPartFile>()

  const replaced = createReplacedInMemory<ContentExportUid>(clock, (uid, parts) => {
    vods.delete(uid)
    for (const part of parts) partFiles.delete(part.uid as ContentPartUid)
  })

  const all = (): ReadonlyArray<Row> => [...rows.values()]
  const isUnfinished = (row: Row): boolean => row.exports.length === 0
  const byOriginal = (sha512: string): O.Option<Row> =>
    O.fromNullable(all().find((row) => row.file.sha512 === sha512))

  const setExports = (row: Row, exports: ReadonlyArray<NewContentExport>): void => {
    rows.set(row.file.uid, { file: { ...row.file, durationSeconds: longestDuration(exports) }, exports })
    for (const exported of exports) indexExport(row.file.uid, exported)
  }

  const indexExport = (uid: ContentFileUid, exported: NewContentExport): void => {
    for (const part of exported.parts) partFiles.set(part.uid, toPartFile(uid, exported, part, clock()))
    if (exported.targetDuration === null) return
    const parts = exported.parts.map(toKeyedPart).sort(initFirst)
    const { targetDuration } = exported
    const meta = { contentFileUid: uid, height: exported.video?.height ?? null }
    vods.set(exported.uid, { meta, keyed: { exportUid: exported.uid, targetDuration, parts } })
  }

  return {
    find: (uid) =>
      TE.fromIO(() =>
        pipe(
          O.fromNullable(rows.get(uid)),
          O.map(({ file, exports }) => ({
            uid,
            durationSeconds: file.durationSeconds,
            exports: exports.flatMap(toExport),
          })),
        ),
      ),

    findVod: (uid) => TE.fromIO(() => O.fromNullable(vods.get(uid)?.meta)),

    listParts: (uid) => TE.fromIO(() => pipe(O.fromNullable(vods.get(uid)?.keyed), O.map(toVodParts))),

    listKeyframes: (uid) => TE.fromIO(() => O.fromNullable(vods.get(uid)?.keyed)),

    findPart: (uid) => TE.fromIO(() => O.fromNullable(partFiles.get(uid))),

    findIngested: (uid) => TE.fromIO(() => pipe(O.fromNullable(rows.get(uid)), O.map(toKnown))),

    findByOriginal: (sha512) => TE.fromIO(() => pipe(byOriginal(sha512), O.map(toKnown))),

    add: (file) =>
      TE.fromIO(() => {
        if (O.isSome(byOriginal(file.sha512))) return false
        rows.set(file.uid, { file, exports: [] })
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
        for (const exported of older)
          replaced.add(
            exported.uid,
            exported.parts.map((part) => ({ uid: part.uid, key: part.file.key, size: part.file.size })),
          )
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

/** Returns nothing for an export without a first segment: it cannot be played. */
const toExport = ({ parts, recipe: _, ...exported }: NewContentExport): ReadonlyArray<ContentExport> => {
  const first = parts.find((part) => part.role === 'media' && part.position === 0)
  return first === undefined ? [] : [{ ...exported, firstPartUid: first.uid }]
}

const toKeyedPart = ({ file: _, ...part }: NewContentPart): KeyedPart => part

const toPart = ({ keyframes: _, ...part }: KeyedPart): ContentPart => part

const toVodParts = ({ parts, ...vod }: KeyedVodParts): VodParts => ({ ...vod, parts: parts.map(toPart) })

const initFirst = (a: ContentPart, b: ContentPart): number =>
  a.role === b.role ? a.position - b.position : a.role === 'init' ? -1 : 1

const secondsOf = ({ durationTicks, timescale }: NewContentPart): number => durationTicks / timescale

const timesOf = (
  { parts }: NewContentExport,
  part: NewContentPart,
): Pick<ContentPartFile, 'startSeconds' | 'endSeconds'> => {
  if (part.role === 'init') return { startSeconds: null, endSeconds: null }
  const startSeconds = parts
    .filter(({ role, position }) => role === 'media' && position < part.position)
    .reduce((sum, earlier) => sum + secondsOf(earlier), 0)
  return { startSeconds, endSeconds: startSeconds + secondsOf(part) }
}

const toPartFile = (
  contentFileUid: ContentFileUid,
  exported: NewContentExport,
  part: NewContentPart,
  storedAt: number,
): ContentPartFile => ({
  contentFileUid,
  contentFileExportUid: exported.uid,
  format: exported.format,
  height: exported.video?.height ?? null,
  ...timesOf(exported, part),
  s3FileUid: part.file.uid,
  s3FileKey: part.file.key,
  contentType: part.file.contentType,
  fileSize: part.file.size,
  sha256: part.file.sha256,
  storedAt,
})

const toKnown = ({ file, exports }: Row): IngestedContentFile => ({
  uid: file.uid,
  original: file.original,
  durationSeconds: file.durationSeconds,
  exportCount: exports.length,
  recipe: exports.length === 0 ? null : oldestRecipe(exports),
})

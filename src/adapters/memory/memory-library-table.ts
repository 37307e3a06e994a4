import { oldestRecipe } from '../../domain/ingest/recipe-versions.ts'
import type { JobCompletion, JobMedia } from '../../domain/jobs/job.ts'
import { outcomeOfSuccess } from '../../domain/jobs/job-outcome.ts'
import type { MediaExport, MediaRecord } from '../../domain/library/media-item.ts'
import type { ReplacedExport } from '../../domain/media/replaced-export.ts'
import { unknownContentType } from '../../domain/media/stored-file.ts'
import { O, pipe, TE } from '../../fp.ts'
import type { Clock } from '../../ports/clock.ts'
import type { IngestedFile, LibraryRepository, NewLibraryFile } from '../../ports/library-repository.ts'
import type { MemoryJobs } from './memory-jobs.ts'
import type { MemoryMedia } from './memory-media.ts'
import { createMemoryReplacedExportStore, filterOutdated } from './memory-replaced-exports.ts'

type Options<U extends string, F, X, I, XU extends string> = {
  readonly clock: Clock
  readonly jobs: MemoryJobs
  readonly media: MemoryMedia
  readonly kind: JobMedia['kind']
  readonly durationOf: (file: F) => number | null
  readonly toMediaExport: (exported: X) => MediaExport
  readonly readFrame: (
    file: F,
    exports: ReadonlyArray<X>,
  ) => Pick<MediaRecord, 'width' | 'height' | 'thumbhash'>
  /** Is called with the new exports of a file. Returns the file as it is stored afterwards. */
  readonly onExports: (file: F, exports: ReadonlyArray<X>) => F
  readonly partsOf: (exported: X) => ReplacedExport<XU>['parts']
  /** Is called before a replaced export is removed. */
  readonly onRemoved: (uid: XU, parts: ReplacedExport<XU>['parts']) => void
  /** Adds the members that ingest reads for this kind of file only. */
  readonly toIngested: (common: IngestedFile<U>, file: F) => I
}

/** Creates the functions that image and content files share, as knex/library-table.ts does. */
export const createMemoryLibraryTable = <
  U extends JobMedia['uid'],
  F extends NewLibraryFile<U>,
  I extends IngestedFile<U>,
  XU extends string,
  X extends { readonly uid: XU; readonly recipe: number },
>({
  clock,
  jobs,
  media,
  kind,
  durationOf,
  toMediaExport,
  readFrame,
  onExports,
  partsOf,
  onRemoved,
  toIngested,
}: Options<U, F, X, I, XU>) => {
  type Row = { readonly file: F; readonly exports: ReadonlyArray<X> }
  const rows = new Map<U, Row>() // iteration is in the order of insertion, oldest first
  const replaced = createMemoryReplacedExportStore<XU>(clock, onRemoved)

  /** A file in the trash does not exist to the functions below, but its bytes are not added again. */
  const kept = (uid: U): Row | undefined => (media.isDeleted(uid) ? undefined : rows.get(uid))
  const all = (): ReadonlyArray<Row> => [...rows.values()].filter(({ file }) => !media.isDeleted(file.uid))
  const isUnfinished = (row: Row): boolean => row.exports.length === 0
  const hasBytes =
    (sha512: string) =>
    ({ file }: Row): boolean =>
      file.sha512 === sha512 && file.upload?.sharesBytes !== false
  const isRefused = ({ sha512, upload }: F): boolean =>
    (upload?.sharesBytes !== false && [...rows.values()].some(hasBytes(sha512))) ||
    [...media.takenDown.values()].some((file) => file.sha512 === sha512)
  const byOriginal = (sha512: string): O.Option<Row> => O.fromNullable(all().find(hasBytes(sha512)))

  const ingested = ({ file, exports }: Row): I =>
    toIngested(
      {
        uid: file.uid,
        original: file.original,
        exportCount: exports.length,
        recipe: exports.length === 0 ? null : oldestRecipe(exports),
      },
      file,
    )

  const mediaFacts = ({ file, exports }: Row) => ({
    fileName: file.name,
    sizeBytes: file.original.size,
    contentType: file.original.contentType === unknownContentType ? null : file.original.contentType,
    durationSeconds: durationOf(file),
    sha512: file.sha512,
    exports: exports.map(toMediaExport),
    ...readFrame(file, exports),
  })

  /** Returns whether exports of this job may be published. */
  const isHeld = (completion: JobCompletion | null): boolean =>
    completion === null || jobs.held(completion.lease) !== undefined

  const complete = (completion: JobCompletion | null): void => {
    const job = completion === null ? undefined : jobs.held(completion.lease)
    if (job !== undefined) jobs.settle(job, outcomeOfSuccess(job, completion?.warnings ?? []))
  }

  const keysOf = ({ file, exports }: Row): ReadonlyArray<string> => [
    file.original.key,
    ...exports.flatMap((exported) => partsOf(exported).map(({ key }) => key)),
    ...replaced.ofFile(file.uid).flatMap(({ parts }) => parts.map(({ key }) => key)),
  ]

  /** Removes a file with its exports, whatever its state is. */
  const remove = (uid: U): void => {
    const row = rows.get(uid)
    for (const exported of row?.exports ?? []) onRemoved(exported.uid, partsOf(exported))
    for (const exported of replaced.ofFile(uid)) replaced.removeNow(exported.uid)
    jobs.removeOf(uid)
    media.remove(uid)
    rows.delete(uid)
  }

  const setExports = ({ file }: Row, exports: ReadonlyArray<X>): void => {
    rows.set(file.uid, { file: onExports(file, exports), exports })
  }

  const functions: LibraryRepository<U, F, I, XU, X> = {
    findIngested: (uid) => TE.fromIO(() => pipe(O.fromNullable(kept(uid)), O.map(ingested))),

    isPublic: (uid) => TE.fromIO(() => kept(uid) !== undefined && media.find(uid)?.isPublic === true),
    setPublic: (uid, isPublic) =>
      TE.fromIO(() => {
        if (kept(uid) !== undefined) media.setPublic(uid, isPublic)
      }),

    findByOriginal: (sha512) => TE.fromIO(() => pipe(byOriginal(sha512), O.map(ingested))),

    findState: (uid) =>
      TE.fromIO(() =>
        pipe(
          O.fromNullable(kept(uid)),
          O.map((row) => jobs.stateOf(uid, !isUnfinished(row))),
        ),
      ),

    add: (file, job) =>
      TE.fromIO(() => {
        if (isRefused(file)) return false
        if (file.upload !== undefined && !media.endUpload(file.upload.uid)) return false
        const added = { file, exports: [] }
        rows.set(file.uid, added)
        const { uid } = file
        const { isPublic, original, details, upload } = file
        media.insert(
          { kind, uid, isPublic, original, ...(details && { details }), ...(upload && { upload }) },
          {
            readFacts: () => mediaFacts(rows.get(uid) ?? added),
            keys: () => keysOf(rows.get(uid) ?? added),
            remove: () => remove(uid),
          },
        )
        jobs.files.add(uid)
        jobs.insert({ ...job, kind: 'exports', media: { kind, uid }, durationSeconds: durationOf(file) })
        return true
      }),

    addExports: (uid, exports, completion) =>
      TE.fromIO(() => {
        const row = kept(uid)
        if (row === undefined || !isUnfinished(row) || exports.length === 0) return false
        if (!isHeld(completion)) return false
        setExports(row, exports)
        complete(completion)
        return true
      }),

    replaceExports: (uid, exports, completion, replaces = 'outdated') =>
      TE.fromIO(() => {
        const row = kept(uid)
        const older =
          row?.exports.filter(({ recipe }) => replaces === 'all' || recipe < oldestRecipe(exports)) ?? []
        if (row === undefined || older.length === 0 || exports.length === 0) return false
        if (!isHeld(completion)) return false
        for (const exported of older) replaced.add(exported.uid, partsOf(exported), uid)
        setExports(row, exports)
        complete(completion)
        return true
      }),

    countOutdated: (recipe) => TE.fromIO(() => filterOutdated(all().map(ingested), recipe).length),

    listOutdated: (recipe, after) => TE.fromIO(() => filterOutdated(all().map(ingested), recipe, after)),

    listReplaced: replaced.list,
    removeReplaced: replaced.remove,

    listUnfinished: TE.fromIO(() => all().filter(isUnfinished).map(ingested)),

    removeUnfinished: (uid) =>
      TE.fromIO(() => {
        const row = kept(uid)
        if (row === undefined || !isUnfinished(row)) return false
        jobs.removeOf(uid)
        media.remove(uid)
        return rows.delete(uid)
      }),

    first: TE.fromIO(() => O.fromNullable(all()[0]?.file.uid)),
  }
  return { kept, functions }
}

import * as t from 'io-ts'
import type { Knex } from 'knex'
import { oldestRecipe } from '../../domain/ingest/recipe-versions.ts'
import type { JobCompletion, JobMedia, NewFileJob, ReplacedScope } from '../../domain/jobs/job.ts'
import { type MediaState, mediaStateOf } from '../../domain/jobs/media-state.ts'
import type { Unavailable } from '../../domain/shared/errors.ts'
import { nullable } from '../../domain/shared/nullable.ts'
import { snakeCase, snakeCased } from '../../domain/shared/snake-cased.ts'
import { O, pipe, TE } from '../../fp.ts'
import type { IngestedFile, NewLibraryFile } from '../../ports/library-repository.ts'
import { insertJob } from './job-rows.ts'
import { inTransactionUnlessRefused, NothingWritten, publishInTransaction } from './refusing-transaction.ts'
import { createStatements, decodeRows } from './statements.ts'
import {
  insertOriginal,
  nextStoredFileId,
  originalBindings,
  StoredFileJson,
  storedFileJson,
} from './stored-file-rows.ts'

/**
 * Describes a table of files. Each file has an original, and either all of its exports (then the file is
 * finished) or none.
 */
type LibraryTable<U extends string, P extends t.Props, X> = {
  readonly kind: JobMedia['kind']
  readonly files: 'image_files' | 'content_files'
  readonly exports: 'image_file_exports' | 'content_file_exports'
  /** Column in the table of exports that refers to the file. */
  readonly fileId: 'image_file_id' | 'content_file_id'
  readonly uid: t.Type<U, unknown, unknown>
  /** Codecs of the columns that ingest reads for this kind of file only. */
  readonly facts: P
  /** Inserts new exports of the file with this id. */
  readonly insertExports: (trx: Knex.Transaction, id: number, exports: ReadonlyArray<X>) => Promise<void>
}

/** Number of files per page of a listing. */
const pageSize = 100

const Id = t.strict({ id: t.number })
const Recipe = nullable(t.number)
const Count = t.strict({ count: t.number })
const StateRow = snakeCased(
  t.strict({
    isReady: t.boolean,
    failure: nullable(t.string),
    job: nullable(
      t.strict({
        state: t.union([t.literal('waiting'), t.literal('running')]),
        progress: t.number,
        stage: nullable(t.string),
        etaSeconds: nullable(t.number),
      }),
    ),
  }),
)

/** A row to insert, with the columns that only this kind of file has. */
type NewRow<U extends string> = NewLibraryFile<U> & {
  /** Declared duration in seconds; `null` if there is none. */
  readonly durationSeconds: number | null
  readonly columns: Readonly<Record<string, number>>
}

/** Ends an upload whose file is added in this transaction. Returns `false` if it has ended before. */
const endUpload = async (trx: Knex.Transaction, uid: string): Promise<boolean> => {
  const { rowCount } = await trx.raw(
    `update uploads set state = 'in_library', ended_at = now() where uid = :uid and state = 'received'`,
    { uid },
  )
  return rowCount === 1
}

/** Creates the statements that image and content files share. */
export const createLibraryTable = <
  U extends JobMedia['uid'],
  P extends t.Props,
  X extends { readonly recipe: number },
>(
  db: Knex,
  table: LibraryTable<U, P, X>,
) => {
  const { kind, files, exports, fileId, uid: Uid, facts, insertExports } = table
  const common = { uid: Uid, original: StoredFileJson, exportCount: t.number, recipe: Recipe }
  const fileRow = snakeCased(t.strict({ ...common, ...facts })) as t.Type<
    IngestedFile<U> & t.TypeOfProps<P>,
    unknown,
    unknown
  >
  const { selectMany, selectOne, run } = createStatements(db)
  const selectFiles = `
    select ${['uid', ...Object.keys(facts)].map((name) => `f.${snakeCase(name)}`).join(', ')}, ${storedFileJson} as original, agg.export_count, agg.recipe
    from ${files} f
    join s3_files s on s.id = f.original_s3_file_id
    cross join lateral (
      select count(*) as export_count, min(e.recipe) as recipe
      from ${exports} e where e.${fileId} = f.id and e.replaced_at is null
    ) agg`
  const selectCount = selectOne(
    'background',
    `${files}.count_outdated`,
    Count,
    `select count(distinct e.${fileId}) as count from ${exports} e join ${files} f on f.id = e.${fileId}
     where e.replaced_at is null and e.recipe < ? and f.deleted_at is null`,
  )
  const selectOutdated = selectMany(
    'background',
    `${files}.list_outdated`,
    fileRow,
    `${selectFiles}
     where f.uid > ? and f.deleted_at is null and exists (
       select from ${exports} e where e.${fileId} = f.id and e.replaced_at is null and e.recipe < ?
     )
     order by f.uid limit ${pageSize}`,
  )

  const selectState = selectOne(
    'read',
    `${files}.find_state`,
    StateRow,
    `select f.finished_at is not null as is_ready, f.failure, (
       select json_build_object(
         'state', j.state, 'progress', j.progress, 'stage', j.stage, 'etaSeconds', j.eta_seconds)
       from jobs j where j.media = f.uid and j.kind = 'exports' and j.state in ('waiting', 'running')
     ) as job
     from ${files} f where f.uid = ? and f.deleted_at is null`,
  )

  const selectPublic = selectOne(
    'read',
    `${files}.public`,
    t.strict({ public: t.boolean }),
    `select public from ${files} where uid = ? and deleted_at is null`,
  )

  return {
    isPublic: (uid: U): TE.TaskEither<Unavailable, boolean> =>
      pipe(
        selectPublic(uid),
        TE.map((row) => O.isSome(row) && row.value.public),
      ),

    setPublic: (uid: U, isPublic: boolean): TE.TaskEither<Unavailable, void> =>
      pipe(
        run(`update ${files} set public = :public where uid = :uid`, { uid, public: isPublic }),
        TE.map(() => undefined),
      ),

    findState: (uid: U): TE.TaskEither<Unavailable, O.Option<MediaState>> =>
      pipe(selectState(uid), TE.map(O.map(mediaStateOf))),

    /** Adds a file, its original and its job, unless its bytes are in the library or were taken down. */
    insertFile: (
      { uid, name, original, sha512, isPublic, details, upload, durationSeconds, columns }: NewRow<U>,
      job: NewFileJob,
    ): TE.TaskEither<Unavailable, boolean> =>
      inTransactionUnlessRefused(db, async (trx) => {
        const names = Object.keys(columns)
        const { rowCount } = await trx.raw(
          `with file as (
             insert into ${files} (
               uid, name, original_sha512, public, title, alt, metadata, original_s3_file_id, ${names.join(', ')}
             ) values (
               :uid, :name, :original, :isPublic, :title, :alt, cast(:metadata as jsonb), ${nextStoredFileId},
               ${names.map((column) => `:${column}`).join(', ')}
             )
             on conflict (original_sha512) do nothing
             returning original_s3_file_id
           ) ${insertOriginal}`,
          {
            uid,
            name,
            original: upload?.sharesBytes === false ? `${sha512}:${uid}` : sha512,
            isPublic,
            title: details?.title ?? null,
            alt: details?.alt ?? null,
            metadata: JSON.stringify(details?.metadata ?? {}),
            ...columns,
            ...originalBindings(original),
          },
        )
        if (rowCount !== 1) return false
        // A statement of its own sees what was committed while the insert waited for a file that was purged.
        const banned = await trx.raw('select from taken_down where sha512 = :sha512', { sha512 })
        if (banned.rows.length > 0) throw new NothingWritten()
        if (upload !== undefined && !(await endUpload(trx, upload.uid))) throw new NothingWritten()
        await insertJob(trx, { ...job, kind: 'exports', media: { kind, uid }, durationSeconds })
        return true
      }),

    findIngested: selectOne(
      'background',
      `${files}.find_ingested`,
      fileRow,
      `${selectFiles} where f.uid = ? and f.deleted_at is null`,
    ),

    findByOriginal: selectOne(
      'background',
      `${files}.find_by_original`,
      fileRow,
      `${selectFiles} where f.original_sha512 = ? and f.deleted_at is null`,
    ),

    countOutdated: (recipe: number): TE.TaskEither<Unavailable, number> =>
      pipe(
        selectCount(recipe),
        TE.map((row) => (O.isSome(row) ? row.value.count : 0)),
      ),

    listOutdated: (recipe: number, after: U | null) => selectOutdated(after ?? '', recipe),

    listUnfinished: selectMany(
      'background',
      `${files}.list_unfinished`,
      fileRow,
      `${selectFiles} where f.finished_at is null and f.deleted_at is null order by f.created_at, f.id`,
    )(),

    removeUnfinished: (uid: U): TE.TaskEither<Unavailable, boolean> =>
      pipe(
        run(
          // The jobs are locked before the file, as in every transaction: the trigger of a job writes to its file.
          `with locked as materialized (
             select id from jobs where media = :uid for update
           ), deleted as (
             delete from ${files}
             where uid = :uid and finished_at is null and deleted_at is null and (select count(*) from locked) >= 0
             returning uid, original_s3_file_id
           ), ended as (
             delete from jobs using deleted where jobs.media = deleted.uid
           )
           delete from s3_files s using deleted where s.id = deleted.original_s3_file_id`,
          { uid },
        ),
        TE.map((removed) => removed > 0),
      ),

    first: pipe(
      selectOne(
        'background',
        `${files}.first`,
        t.strict({ uid: Uid }),
        `select uid from ${files} where deleted_at is null order by created_at, id limit 1`,
      )(),
      TE.map(O.map(({ uid }) => uid)),
    ),

    /**
     * Adds the exports of an unfinished file. The first transaction marks the file as finished. Concurrent
     * transactions wait for the lock of the row, and then see that the file is finished. Returns `false` if
     * the file is already finished, deleted or purged, or if the lease of the job is lost.
     */
    addExports: (
      uid: U,
      added: ReadonlyArray<X>,
      completion: JobCompletion | null,
    ): TE.TaskEither<Unavailable, boolean> =>
      added.length === 0
        ? TE.right(false)
        : publishInTransaction(db, completion, async (trx) => {
            const claimed = await trx(files)
              .where({ uid, finished_at: null, deleted_at: null })
              .update({ finished_at: trx.fn.now() })
              .returning(['id'])
            const [file] = decodeRows(Id, claimed)
            if (file === undefined) return false
            await insertExports(trx, file.id, added)
            return true
          }),

    /**
     * Replaces those exports of a file that an older recipe made, or all of them. Returns `false` if nothing was
     * replaced: the file was deleted, has no such exports, or `added` is empty; or the lease of the job is lost.
     */
    replaceExports: (
      uid: U,
      added: ReadonlyArray<X>,
      completion: JobCompletion | null,
      replaces: ReplacedScope = 'outdated',
    ): TE.TaskEither<Unavailable, boolean> =>
      added.length === 0
        ? TE.right(false)
        : publishInTransaction(db, completion, async (trx) => {
            const [file] = decodeRows(
              Id,
              await trx(files).where({ uid, deleted_at: null }).forUpdate().select('id'),
            )
            if (file === undefined) return false
            const current = trx(exports).where({ [fileId]: file.id, replaced_at: null })
            const older = replaces === 'all' ? current : current.where('recipe', '<', oldestRecipe(added))
            const replaced = await older.update({ replaced_at: trx.fn.now() })
            if (replaced === 0) return false
            await insertExports(trx, file.id, added)
            return true
          }),
  }
}

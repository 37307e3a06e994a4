import * as t from 'io-ts'
import type { Knex } from 'knex'
import type { Unavailable } from '../../domain/shared/errors.ts'
import { O, pipe, TE } from '../../fp.ts'
import { createStatements, decodeRows, inTransaction } from './statements.ts'
import { storedFileJson } from './stored-file-rows.ts'

/** A table of files. Each file has an original, and either all of its exports (finished) or none. */
export type LibraryTable<U extends string, K> = {
  readonly files: 'image_files' | 'content_files'
  readonly exports: 'image_file_exports' | 'content_file_exports'
  /** Column of an export that refers to its file. */
  readonly fileId: 'image_file_id' | 'content_file_id'
  readonly uid: t.Type<U, unknown, unknown>
  /** Row of a file for ingest: `uid`, `original`, `export_count`, `recipe`, and `columns` of `f`. */
  readonly fileRow: t.Type<K, unknown, unknown>
  readonly columns?: ReadonlyArray<string>
}

/** Inserts the new exports of the file with this id. */
type Insert = (trx: Knex.Transaction, id: number) => Promise<void>

/** Files per listing. */
const pageSize = 100

const Id = t.strict({ id: t.number })
const Count = t.strict({ count: t.number })

/** Creates the statements that image and content files share. */
export const createLibraryTable = <U extends string, K>(db: Knex, table: LibraryTable<U, K>) => {
  const { files, exports, fileId, uid: Uid, fileRow, columns = [] } = table
  const { selectMany, selectOne, run } = createStatements(db)
  const selectFiles = `
    select ${['f.uid', ...columns].join(', ')}, ${storedFileJson} as original, agg.export_count, agg.recipe
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
    `select count(distinct e.${fileId}) as count from ${exports} e where e.replaced_at is null and e.recipe < ?`,
  )
  const selectOutdated = selectMany(
    'background',
    `${files}.list_outdated`,
    fileRow,
    `${selectFiles}
     where f.uid > ? and exists (
       select from ${exports} e where e.${fileId} = f.id and e.replaced_at is null and e.recipe < ?
     )
     order by f.uid limit ${pageSize}`,
  )

  return {
    findIngested: selectOne('background', `${files}.find_known`, fileRow, `${selectFiles} where f.uid = ?`),

    findByOriginal: selectOne(
      'background',
      `${files}.find_by_original`,
      fileRow,
      `${selectFiles} where f.original_sha512 = ?`,
    ),

    countOutdated: (recipe: number): TE.TaskEither<Unavailable, number> =>
      pipe(
        selectCount(recipe),
        TE.map(
          O.match(
            () => 0,
            ({ count }) => count,
          ),
        ),
      ),

    listOutdated: (recipe: number, after: U | null) => selectOutdated(after ?? '', recipe),

    listUnfinished: selectMany(
      'background',
      `${files}.list_unfinished`,
      fileRow,
      `${selectFiles} where f.finished_at is null order by f.created_at, f.id`,
    )(),

    removeUnfinished: (uid: U): TE.TaskEither<Unavailable, boolean> =>
      pipe(
        run(
          `with deleted as (
             delete from ${files} where uid = :uid and finished_at is null returning original_s3_file_id
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
        `select uid from ${files} order by created_at, id limit 1`,
      )(),
      TE.map((row) =>
        pipe(
          row,
          O.map(({ uid }) => uid),
        ),
      ),
    ),

    /**
     * Runs `insert` in the first transaction that claims the file. Others wait for the row lock, and then
     * find the file finished. Returns `false` for them, and for a file that no longer exists.
     */
    finish: (uid: U, insert: Insert): TE.TaskEither<Unavailable, boolean> =>
      inTransaction(db, async (trx) => {
        const claimed = await trx(files)
          .where({ uid, finished_at: null })
          .update({ finished_at: trx.fn.now() })
          .returning(['id'])
        const [file] = decodeRows(Id, claimed)
        if (file === undefined) return false
        await insert(trx, file.id)
        return true
      }),

    /** As `finish`, for a file with exports of a recipe older than `recipe`; the new exports replace them. */
    replace: (uid: U, recipe: number, insert: Insert): TE.TaskEither<Unavailable, boolean> =>
      inTransaction(db, async (trx) => {
        const [file] = decodeRows(Id, await trx(files).where({ uid }).forUpdate().select('id'))
        if (file === undefined) return false
        const replaced = await trx(exports)
          .where({ [fileId]: file.id, replaced_at: null })
          .where('recipe', '<', recipe)
          .update({ replaced_at: trx.fn.now() })
        if (replaced === 0) return false
        await insert(trx, file.id)
        return true
      }),
  }
}

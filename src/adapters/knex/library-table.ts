import * as t from 'io-ts'
import type { Knex } from 'knex'
import type { Unavailable } from '../../domain/shared/errors.ts'
import { O, pipe, TE } from '../../fp.ts'
import { createStatements, decodeRows, inTransaction } from './statements.ts'
import { storedFileJson } from './stored-file-rows.ts'

/** A table of files: each has an original, and either all of its exports (then it is finished) or none. */
type LibraryTable<U extends string, K> = {
  readonly files: 'image_files' | 'content_files'
  readonly exports: string
  /** Of an export: to which file it belongs. */
  readonly fileId: string
  readonly uid: t.Type<U, unknown, unknown>
  /** What ingestion knows of a file: `uid`, `original`, `export_count`, and `columns` of `f`. */
  readonly known: t.Type<K, unknown, unknown>
  readonly columns?: ReadonlyArray<string>
}

/** What is asked of either kind of file in the same words. */
export const createLibraryTable = <U extends string, K>(db: Knex, table: LibraryTable<U, K>) => {
  const { files, exports, fileId, uid: Uid, known, columns = [] } = table
  const { many, one, run } = createStatements(db)
  const selectKnown = `
    select ${['f.uid', ...columns].join(', ')}, ${storedFileJson} as original,
           (select count(*) from ${exports} e where e.${fileId} = f.id) as export_count
    from ${files} f join s3_files s on s.id = f.original_s3_file_id`

  return {
    findByOriginal: one(`${files}.find_by_original`, known, `${selectKnown} where f.original_sha512 = ?`),

    listUnfinished: many(
      `${files}.list_unfinished`,
      known,
      `${selectKnown} where f.finished_at is null order by f.created_at, f.id`,
      'background',
    )(),

    removeUnfinished: (uid: U): TE.TaskEither<Unavailable, boolean> =>
      pipe(
        run(
          `with gone as (
             delete from ${files} where uid = :uid and finished_at is null returning original_s3_file_id
           )
           delete from s3_files s using gone where s.id = gone.original_s3_file_id`,
          { uid },
        ),
        TE.map((removed) => removed > 0),
      ),

    first: pipe(
      one(
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
     * Runs `insert` with the file's id for the one transaction that gets there first: others wait on the file's row,
     * and then find it finished. `false` for them, and for a file that is gone.
     */
    finish: (
      uid: U,
      insert: (trx: Knex.Transaction, id: number) => Promise<void>,
    ): TE.TaskEither<Unavailable, boolean> =>
      inTransaction(db, async (trx) => {
        const claimed = await trx(files)
          .where({ uid, finished_at: null })
          .update({ finished_at: trx.fn.now() })
          .returning(['id'])
        const [file] = decodeRows(t.strict({ id: t.number }), claimed)
        if (file === undefined) return false
        await insert(trx, file.id)
        return true
      }),
  }
}

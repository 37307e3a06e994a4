import * as t from 'io-ts'
import type { Knex } from 'knex'
import type { ReplacedExport } from '../../domain/media/replaced-export.ts'
import type { Unavailable } from '../../domain/shared/errors.ts'
import { pipe, TE } from '../../fp.ts'
import { intervalOf } from './sql-times.ts'
import { createStatements } from './statements.ts'

/** Describes a table of exports. */
type ReplacedTable<U extends string> = {
  readonly exports: 'image_file_exports' | 'content_file_exports'
  readonly uid: t.Type<U, unknown, unknown>
  /** A query for the parts of the export `e`, with the columns `uid` and `s3_file_id`. */
  readonly parts: string
  /**
   * CTEs that delete the export `:uid` if it was replaced. The CTE named `deleted` returns the `s3_file_id`
   * of each part.
   */
  readonly remove: string
}

/** Number of exports per page of a listing. */
const pageSize = 100

const Part = t.strict({ uid: t.string, key: t.string, size: t.number })

/** Creates the statements that list and remove replaced exports. */
export const createReplacedExports = <U extends string>(db: Knex, table: ReplacedTable<U>) => {
  const { exports, uid, parts, remove } = table
  const { selectMany, run } = createStatements(db)
  const select = selectMany(
    'background',
    `${exports}.list_replaced`,
    t.strict({ uid, parts: t.readonlyArray(Part) }),
    `select e.uid, (
       select coalesce(json_agg(json_build_object('uid', p.uid, 'key', s.key, 'size', s.file_size)), '[]')
       from (${parts}) p join s3_files s on s.id = p.s3_file_id
     ) as parts
     from ${exports} e
     where e.uid > ? and e.replaced_at is not null
       and e.replaced_at < now() - ${intervalOf('?')}
     order by e.uid limit ${pageSize}`,
  )

  return {
    listReplaced: (
      minimumAgeMs: number,
      after: U | null,
    ): TE.TaskEither<Unavailable, ReadonlyArray<ReplacedExport<U>>> => select(after ?? '', minimumAgeMs),

    removeReplaced: (uid: U): TE.TaskEither<Unavailable, boolean> =>
      pipe(
        run(`${remove} delete from s3_files s using deleted where s.id = deleted.s3_file_id`, { uid }),
        TE.map((removed) => removed > 0),
      ),
  }
}

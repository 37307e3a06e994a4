import * as t from 'io-ts'
import type { Knex } from 'knex'
import { exactTotal, maxExactTotal } from '../../domain/shared/exact-total.ts'
import { O, pipe, TE } from '../../fp.ts'
import type { JobQueue } from '../../ports/job-queue.ts'
import { JobRow, jobColumns, toJob } from './job-rows.ts'
import { supportedKindCondition } from './job-statements.ts'
import { createStatements } from './statements.ts'

const Count = t.strict({ count: t.number })

/** Creates the function that lists jobs. Each set of filters has its own statement, so that its plan fits it. */
export const createJobList = (db: Knex): JobQueue['list'] => {
  const { selectMany, selectOne } = createStatements(db)

  return (filter, limit, after) => {
    const columns = (['state', 'kind', 'media'] as const).filter((column) => filter[column] !== null)
    const values = columns.map((column) => filter[column] ?? '')
    const condition = [`j.${supportedKindCondition}`, ...columns.map((column) => `j.${column} = ?`)].join(
      ' and ',
    )
    const name = ['jobs.list', ...columns].join('_')
    const select = selectMany(
      'background',
      name,
      JobRow,
      `select ${jobColumns} from jobs j where ${condition} and j.id < ? order by j.id desc limit ?`,
    )
    const count = selectOne(
      'background',
      `${name}_count`,
      Count,
      `select count(*) as count from (
         select from jobs j where ${condition} order by j.id desc limit ${maxExactTotal + 1}
       ) counted`,
    )
    return pipe(
      TE.Do,
      TE.apS('rows', select(...values, after ?? Number.MAX_SAFE_INTEGER, limit + 1)),
      TE.apS('counted', count(...values)),
      TE.map(({ rows, counted }) => {
        const page = rows.slice(0, limit)
        return {
          items: page.map(toJob),
          next: rows.length > limit ? (page.at(-1)?.id ?? null) : null,
          total: exactTotal(O.isSome(counted) ? counted.value.count : 0),
        }
      }),
    )
  }
}

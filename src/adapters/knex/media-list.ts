import * as t from 'io-ts'
import type { Knex } from 'knex'
import { type MediaKind, mediaKinds } from '../../domain/media/media-kind.ts'
import type { Unavailable } from '../../domain/shared/errors.ts'
import { latestMicroseconds } from '../../domain/shared/timestamp.ts'
import { pipe, TE } from '../../fp.ts'
import type { MediaFilter, MediaPosition, MediaRepository } from '../../ports/media-repository.ts'
import { type Fragment, mediaConditions, type SearchPath, tablesOf } from './media-conditions.ts'
import { MediaItemRow, selectItemOfPlace, timeOf, toMediaItem } from './media-rows.ts'
import { createStatements } from './statements.ts'

/** Greatest number of files that is counted exactly. */
const maxTotal = 10_000

const Count = t.strict({ count: t.number })

const kindsOf = ({ kind }: MediaFilter): ReadonlyArray<MediaKind> => (kind === null ? mediaKinds : [kind])

const unionOf = (fragments: ReadonlyArray<Fragment>): Fragment => ({
  sql: fragments.map(({ sql }) => `(${sql})`).join(' union all '),
  values: fragments.flatMap(({ values }) => values),
})

/**
 * Returns the id before which the files of this kind and of the same time as the position come. Among files of the
 * same time, all images come before all content files.
 */
const idBoundOf = (kind: MediaKind, after: MediaPosition): number => {
  if (kind === after.kind) return after.id
  return kind < after.kind ? Number.MAX_SAFE_INTEGER : 0
}

/**
 * Returns a query for the places of the newest files of one kind. PostgreSQL reads them in the order of the index by
 * age. If the files are found by trigrams, `offset 0` prevents that: reading a million files in that order to find a
 * few takes a second.
 */
const selectPlaces = (
  kind: MediaKind,
  filter: MediaFilter,
  path: SearchPath,
  limit: number,
  after: MediaPosition | null,
): Fragment => {
  const start = after ?? { createdAt: latestMicroseconds, kind, id: 0 }
  const conditions = mediaConditions(kind, filter, path)
  const matching = `
    select cast('${kind}' as text) collate "C" as kind, f.id, f.created_at from ${tablesOf[kind].files} f
    where (f.created_at, f.id) < (${timeOf('?')}, cast(? as bigint)) and ${conditions.sql}`
  const isByTrigrams = filter.search !== null && path === 'trigrams'
  return {
    sql: `${isByTrigrams ? `select * from (${matching} offset 0) m` : matching} order by created_at desc, id desc limit ?`,
    values: [start.createdAt, idBoundOf(kind, start), ...conditions.values, limit],
  }
}

const selectPage = (
  filter: MediaFilter,
  path: SearchPath,
  limit: number,
  after: MediaPosition | null,
): Fragment => {
  const places = unionOf(kindsOf(filter).map((kind) => selectPlaces(kind, filter, path, limit, after)))
  const newestFirst = 'order by p.created_at desc, p.kind desc, p.id desc'
  return {
    sql: `
      with page as materialized (select * from (${places.sql}) p ${newestFirst} limit ?)
      select d.* from page p cross join lateral (${selectItemOfPlace}) d ${newestFirst}`,
    values: [...places.values, limit],
  }
}

const selectCount = (filter: MediaFilter): Fragment => {
  const counted = unionOf(
    kindsOf(filter).map((kind) => {
      const { sql, values } = mediaConditions(kind, filter, 'trigrams')
      return { sql: `select from ${tablesOf[kind].files} f where ${sql} limit ${maxTotal + 1}`, values }
    }),
  )
  return { sql: `select count(*) as count from (${counted.sql}) counted`, values: counted.values }
}

/**
 * Creates the function that lists files. Its statements are planned for the values of each filter: a plan for any
 * values would read all files where few match.
 */
export const createMediaList = (db: Knex): MediaRepository['list'] => {
  const { selectPlanned } = createStatements(db)

  const count = (filter: MediaFilter): TE.TaskEither<Unavailable, number | null> => {
    const { sql, values } = selectCount(filter)
    return pipe(
      selectPlanned('background', Count, sql)(...values),
      TE.map(([row]) => (row === undefined || row.count > maxTotal ? null : row.count)),
    )
  }

  const readPage = (filter: MediaFilter, path: SearchPath, limit: number, after: MediaPosition | null) => {
    const { sql, values } = selectPage(filter, path, limit + 1, after)
    return pipe(
      selectPlanned('background', MediaItemRow, sql)(...values),
      TE.map((rows) => {
        const last = rows[limit - 1]
        return {
          items: rows.slice(0, limit).map(toMediaItem),
          next:
            rows.length > limit && last !== undefined
              ? { createdAt: last.createdAt, kind: last.kind, id: last.id }
              : null,
        }
      }),
    )
  }

  return (filter, limit, after) =>
    pipe(
      count(filter),
      TE.flatMap((total) =>
        pipe(
          readPage(filter, total === null ? 'age' : 'trigrams', limit, after),
          TE.map((page) => ({ ...page, total })),
        ),
      ),
    )
}

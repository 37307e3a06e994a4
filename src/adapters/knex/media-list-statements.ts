import type { MediaKind } from '../../domain/media/media-kind.ts'
import { latestMicroseconds } from '../../domain/shared/timestamp.ts'
import type { MediaFilter, MediaPosition } from '../../ports/media-repository.ts'
import {
  deletionCondition,
  mediaConditions,
  mediaTables,
  type SearchPath,
  type SqlFragment,
} from './media-conditions.ts'
import { selectItemOfPlace } from './media-rows.ts'
import { epochMicroseconds, timeOfMicroseconds } from './sql-times.ts'

export type MediaQuery = {
  readonly kind: MediaKind
  readonly filter: MediaFilter
  readonly path: SearchPath
  readonly limit: number
  readonly after: MediaPosition | null
}

/** Number of files that the path `newest` looks at: many more than a page, and few enough for some milliseconds. */
const newestFiles = 10_000

/**
 * Returns the id before which the files of this kind and of the same time as the position come. Among files of the
 * same time, all images come before all content files.
 */
const idBoundOf = (kind: MediaKind, after: MediaPosition): number => {
  if (kind === after.kind) return after.id
  return kind < after.kind ? Number.MAX_SAFE_INTEGER : 0
}

const newestFirst = 'order by f.created_at desc, f.id desc'

/**
 * Returns the table of files `f` for each way of reading. PostgreSQL reads it in the order of the index by age, unless
 * the files are found by trigrams: `offset 0` prevents it there, because reading a million files in that order to find
 * a few takes seconds.
 */
const sourceOf: Readonly<Record<SearchPath, (files: string, range: string, conditions: string) => string>> = {
  age: (files, range, conditions) => `${files} f where ${range} and ${conditions}`,
  newest: (files, range, conditions) => `(
    select * from ${files} f where ${range} ${newestFirst} limit ${newestFiles}
  ) f where ${conditions}`,
  trigrams: (files, range, conditions) => `(
    select * from ${files} f where ${range} and ${conditions} offset 0
  ) f`,
}

/** Returns the condition on files that come after this position; without a position, on any file. */
const rangeAfter = (kind: MediaKind, filter: MediaFilter, after: MediaPosition | null): SqlFragment => {
  const start = after ?? { createdAt: latestMicroseconds, kind, id: 0 }
  return {
    // Among the newest files that are looked at, none may be in the trash.
    sql: `(f.created_at, f.id) < (${timeOfMicroseconds('?')}, cast(? as bigint)) and ${deletionCondition(filter)}`,
    values: [start.createdAt, idBoundOf(kind, start)],
  }
}

/** Returns a query for the places of the newest files of one kind. */
export const selectPlaces = ({ kind, filter, path, limit, after }: MediaQuery): SqlFragment => {
  const conditions = mediaConditions(kind, filter, path)
  const range = rangeAfter(kind, filter, after)
  return {
    sql: `
      select '${kind}' as kind, f.id, ${epochMicroseconds('f.created_at')} as created_at
      from ${sourceOf[path](mediaTables[kind].files, range.sql, conditions.sql)} ${newestFirst} limit ?`,
    values: [...range.values, ...conditions.values, limit],
  }
}

/** Returns a query for the number of files of one kind, at most `limit`. */
export const selectCount = (kind: MediaKind, filter: MediaFilter, limit: number): SqlFragment => {
  const { sql, values } = mediaConditions(kind, filter, 'trigrams')
  return {
    sql: `select count(*) as count from (select from ${mediaTables[kind].files} f where ${sql} limit ?) counted`,
    values: [...values, limit],
  }
}

/**
 * Returns a query for the number of files that match a search, at most `maxCount`, and for the places of the newest ones.
 * If there are as many as `maxCount`, the places are not the newest.
 */
export const selectFound = (
  { kind, filter, limit, after }: Omit<MediaQuery, 'path'>,
  maxCount: number,
): SqlFragment => {
  const conditions = mediaConditions(kind, filter, 'trigrams')
  const range = rangeAfter(kind, filter, after)
  return {
    sql: `
      with found as materialized (
        select f.id, f.created_at, f.deleted_at from ${mediaTables[kind].files} f where ${conditions.sql} limit ?
      )
      select (select count(*) from found) as count, (
        select coalesce(json_agg(json_build_object(
          'kind', '${kind}', 'id', f.id, 'created_at', ${epochMicroseconds('f.created_at')}
        )), '[]')
        from (select * from found f where ${range.sql} ${newestFirst} limit ?) f
      ) as places`,
    values: [...conditions.values, maxCount, ...range.values, limit],
  }
}

/** Returns a query for the files at these places, in this order. */
export const selectItems = (places: ReadonlyArray<MediaPosition>): SqlFragment => ({
  sql: `
    select d.* from unnest(cast(? as text[]), cast(? as bigint[])) with ordinality as p (kind, id, n)
    cross join lateral (${selectItemOfPlace}) d order by p.n`,
  values: [`{${places.map(({ kind }) => kind).join(',')}}`, `{${places.map(({ id }) => id).join(',')}}`],
})

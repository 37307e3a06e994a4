import type { MediaKind } from '../../domain/media/media-kind.ts'
import { latestMicroseconds } from '../../domain/shared/timestamp.ts'
import type { MediaFilter, MediaPosition } from '../../ports/media-repository.ts'
import {
  allOf,
  foundByIndex,
  indexedConditions,
  isFound,
  mediaConditions,
  mediaTables,
  type SqlFragment,
} from './media-conditions.ts'
import { selectItemOfPlace } from './media-rows.ts'
import { epochMicroseconds, timeOfMicroseconds } from './sql-times.ts'

export type MediaQuery = {
  readonly kind: MediaKind
  readonly filter: MediaFilter
  readonly limit: number
  readonly after: MediaPosition | null
}

/** A text that is searched for, and those of its three-letter pieces by which the index finds files. */
export type Search = { readonly text: string; readonly pieces: ReadonlyArray<string> }

/** Number of files that a search for a page looks at in the order of their age: many more than a page, and few enough for some milliseconds. */
const newestForPage = 10_000

/** Number of files that a count looks at: with a quarter of them, the count is above the greatest exact total. */
const newestForCount = 40_000

/**
 * Returns the id before which the files of this kind and of the same time as the position come. Among files of the
 * same time, all images come before all content files.
 */
const idBoundOf = (kind: MediaKind, after: MediaPosition): number => {
  if (kind === after.kind) return after.id
  return kind < after.kind ? Number.MAX_SAFE_INTEGER : 0
}

const newestFirst = 'order by f.created_at desc, f.id desc'

/** Returns the condition on files that come after this position; without a position, on any file. */
const rangeAfter = (kind: MediaKind, after: MediaPosition | null): SqlFragment => {
  const start = after ?? { createdAt: latestMicroseconds, kind, id: 0 }
  return {
    sql: `(f.created_at, f.id) < (${timeOfMicroseconds('?')}, cast(? as bigint))`,
    values: [start.createdAt, idBoundOf(kind, start)],
  }
}

/** Returns the first places of the files `f` of this source. */
const placesOf = (kind: MediaKind, source: SqlFragment, limit: number): SqlFragment => ({
  sql: `
    select '${kind}' as kind, f.id, ${epochMicroseconds('f.created_at')} as created_at
    from ${source.sql} ${newestFirst} limit ?`,
  values: [...source.values, limit],
})

/** Returns the number of files of this source, at most `limit`. */
const countOf = (source: SqlFragment, limit: number): SqlFragment => ({
  sql: `select count(*) as count from (select from ${source.sql} limit ?) counted`,
  values: [...source.values, limit],
})

/**
 * Returns the files `f` with the text among the newest ones after this position. `count`: how many of them are looked
 * at. Among these are only files that fulfil the indexed conditions, so that few in a large library are not missed.
 */
const newestFound = (
  { kind, filter, after }: Omit<MediaQuery, 'limit'>,
  text: string,
  count: number,
): SqlFragment => {
  const inner = allOf(rangeAfter(kind, after), indexedConditions(filter))
  const outer = allOf(isFound(text), mediaConditions(kind, filter))
  return {
    sql: `(
      select * from ${mediaTables[kind].files} f where ${inner.sql} ${newestFirst} limit ${count}
    ) f where ${outer.sql}`,
    values: [...inner.values, ...outer.values],
  }
}

/** Returns the files `f` that the index finds, with these columns, in no order. */
const filesByIndex = (
  columns: string,
  { kind, filter }: Pick<MediaQuery, 'kind' | 'filter'>,
  { text, pieces }: Search,
  range: SqlFragment,
): SqlFragment => {
  const conditions = mediaConditions(kind, filter)
  const parts = foundByIndex(text, pieces).map((found) => allOf(found, range, conditions))
  return {
    sql: parts
      .map(({ sql }) => `select ${columns} from ${mediaTables[kind].files} f where ${sql}`)
      .join(' union all '),
    values: parts.flatMap(({ values }) => values),
  }
}

/** Returns a query for the places of the newest files of one kind, whatever their text. */
export const selectPlaces = ({ kind, filter, limit, after }: MediaQuery): SqlFragment => {
  const { sql, values } = allOf(rangeAfter(kind, after), mediaConditions(kind, filter))
  return placesOf(kind, { sql: `${mediaTables[kind].files} f where ${sql}`, values }, limit)
}

/** Returns a query for the number of files of one kind, at most `limit`, whatever their text. */
export const selectCount = (kind: MediaKind, filter: MediaFilter, limit: number): SqlFragment => {
  const { sql, values } = mediaConditions(kind, filter)
  return countOf({ sql: `${mediaTables[kind].files} f where ${sql}`, values }, limit)
}

/** Returns a query for the places of the newest files with this text among the newest ones of all. */
export const selectNewestPlaces = (given: MediaQuery, text: string): SqlFragment =>
  placesOf(given.kind, newestFound(given, text, newestForPage), given.limit)

/**
 * Returns a query for the number of files with this text among the newest ones of all, at most `limit`, and for whether
 * these were all files.
 */
export const selectNewestCount = (
  kind: MediaKind,
  filter: MediaFilter,
  text: string,
  limit: number,
): SqlFragment => {
  const counted = countOf(newestFound({ kind, filter, after: null }, text, newestForCount), limit)
  const all = indexedConditions(filter)
  return {
    sql: `
      select count, count < ? and newest.files < ${newestForCount} as is_all
      from (${counted.sql}) c, lateral (
        select count(*) as files from (
          select from ${mediaTables[kind].files} f where c.count < ? and ${all.sql} limit ${newestForCount}
        ) f
      ) newest`,
    values: [limit, ...counted.values, limit, ...all.values],
  }
}

/**
 * Returns a query for the places of the newest files that a search finds. PostgreSQL must find them by the index:
 * `offset 0` prevents that it reads a million files in the order of their age to find a few, which takes seconds.
 */
export const selectPlacesByIndex = (given: MediaQuery, search: Search): SqlFragment => {
  const files = filesByIndex('f.id, f.created_at', given, search, rangeAfter(given.kind, given.after))
  return placesOf(given.kind, { sql: `(${files.sql} offset 0) f`, values: files.values }, given.limit)
}

const anywhere: SqlFragment = { sql: 'true', values: [] }

/**
 * Returns a query for the number of files that a search finds, at most `maxCount`, and for the places of the newest ones.
 * If there are as many as `maxCount`, the places are not the newest.
 */
export const selectFound = (given: MediaQuery, search: Search, maxCount: number): SqlFragment => {
  const { kind, limit, after } = given
  const files = filesByIndex('f.id, f.created_at', given, search, anywhere)
  const range = rangeAfter(kind, after)
  return {
    sql: `
      with found as materialized (select * from (${files.sql}) f limit ?)
      select (select count(*) from found) as count, (
        select coalesce(json_agg(json_build_object(
          'kind', '${kind}', 'id', f.id, 'created_at', ${epochMicroseconds('f.created_at')}
        )), '[]')
        from (select * from found f where ${range.sql} ${newestFirst} limit ?) f
      ) as places`,
    values: [...files.values, maxCount, ...range.values, limit],
  }
}

/** Returns a query for the files at these places, in this order. */
export const selectItems = (places: ReadonlyArray<MediaPosition>): SqlFragment => ({
  sql: `
    select d.* from unnest(cast(? as text[]), cast(? as bigint[])) with ordinality as p (kind, id, n)
    cross join lateral (${selectItemOfPlace}) d order by p.n`,
  values: [`{${places.map(({ kind }) => kind).join(',')}}`, `{${places.map(({ id }) => id).join(',')}}`],
})

import { recipeVersions } from '../../domain/ingest/recipe-versions.ts'
import type { MediaKind } from '../../domain/media/media-kind.ts'
import { latestMicroseconds } from '../../domain/shared/timestamp.ts'
import type { MediaFilter } from '../../ports/media-repository.ts'
import { activeJobOfFile } from './media-rows.ts'
import { timeOfMicroseconds } from './sql-times.ts'
import type { Binding } from './statements.ts'

/** A part of a statement, with the values of its bindings. */
export type SqlFragment = { readonly sql: string; readonly values: ReadonlyArray<Binding> }

/**
 * How files are found. `age`: from the newest on, until the page is full. `newest`: the same, but only some thousand files
 * are looked at. `trigrams`: all that the index of three-letter pieces finds.
 */
export type SearchPath = 'age' | 'newest' | 'trigrams'

export const mediaTables: Readonly<Record<MediaKind, { files: string; exports: string; fileId: string }>> = {
  image: { files: 'image_files', exports: 'image_file_exports', fileId: 'image_file_id' },
  content: { files: 'content_files', exports: 'content_file_exports', fileId: 'content_file_id' },
}

const isActive = `exists (select from jobs j where ${activeJobOfFile})`
const isRunning = `exists (select from jobs j where ${activeJobOfFile} and j.state = 'running')`

// As mediaStateOf decides in the domain.
const stateConditions: Readonly<Record<NonNullable<MediaFilter['state']>, string>> = {
  ready: 'f.finished_at is not null',
  making: `f.finished_at is null and ${isRunning}`,
  failed: `f.finished_at is null and f.failure is not null and not ${isActive}`,
  waiting: `f.finished_at is null and not ${isRunning} and (f.failure is null or ${isActive})`,
}

const contains = (column: string): string => `strpos(media_search_text(${column}), media_search_text(?)) > 0`

const hasTrigrams = (column: string): string =>
  `(media_trigrams(media_search_text(${column})) collate "C") @> (media_trigrams(media_search_text(?)) collate "C")`

const searchCondition = (search: string, path: SearchPath): SqlFragment => {
  const matches = (column: string) =>
    path !== 'trigrams' ? contains(column) : `(${hasTrigrams(column)} and ${contains(column)})`
  const sql = `(${matches('f.name')} or ${matches('f.title')} or f.uid = ?)`
  return { sql, values: Array.from({ length: path === 'trigrams' ? 5 : 3 }, () => search) }
}

/** Returns the condition of the index that has only the files in the trash, or only the others. */
export const deletionCondition = ({ isDeleted }: Pick<MediaFilter, 'isDeleted'>): string =>
  `f.deleted_at is ${isDeleted ? 'not ' : ''}null`

/** Returns the conditions on a file `f` of this kind, without the condition on the kind. */
export const mediaConditions = (kind: MediaKind, filter: MediaFilter, path: SearchPath): SqlFragment => {
  const { search, state, isPublic, isOutdated, createdAfter, createdBefore, isDeleted } = filter
  const { exports, fileId } = mediaTables[kind]
  const outdated = `exists (
    select from ${exports} e where e.${fileId} = f.id and e.replaced_at is null and e.recipe < ?
  )`
  const conditions: ReadonlyArray<SqlFragment | null> = [
    {
      sql: `f.created_at > ${timeOfMicroseconds('?')} and f.created_at < ${timeOfMicroseconds('?')}`,
      values: [createdAfter ?? -1, createdBefore ?? latestMicroseconds],
    },
    { sql: deletionCondition({ isDeleted }), values: [] },
    search === null ? null : searchCondition(search, path),
    state === null ? null : { sql: stateConditions[state], values: [] },
    isPublic === null ? null : { sql: isPublic ? 'f.public' : 'not f.public', values: [] },
    isOutdated === null
      ? null
      : { sql: `${isOutdated ? '' : 'not '}${outdated}`, values: [recipeVersions[kind]] },
  ]
  const given = conditions.filter((condition) => condition !== null)
  return {
    sql: given.map(({ sql }) => sql).join(' and '),
    values: given.flatMap(({ values }) => values),
  }
}

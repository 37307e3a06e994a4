import { recipeVersions } from '../../domain/ingest/recipe-versions.ts'
import type { MediaKind } from '../../domain/media/media-kind.ts'
import { isUid } from '../../domain/media/uid-text.ts'
import { latestMicroseconds } from '../../domain/shared/timestamp.ts'
import type { MediaFilter } from '../../ports/media-repository.ts'
import { activeJobOfFile } from './media-rows.ts'
import { timeOfMicroseconds } from './sql-times.ts'
import type { Binding } from './statements.ts'

/** A part of a statement, with the values of its bindings. */
export type SqlFragment = { readonly sql: string; readonly values: ReadonlyArray<Binding> }

/** Returns the condition that all of these are true. */
export const allOf = (...conditions: ReadonlyArray<SqlFragment>): SqlFragment => ({
  sql: conditions.map(({ sql }) => sql).join(' and '),
  values: conditions.flatMap(({ values }) => values),
})

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

/**
 * Returns the condition on files whose title or name contains a text. `search_text` has both, with a line feed between
 * them, so that a text with a line feed is looked for in each of them, too.
 */
const containsText = (search: string): SqlFragment => {
  const contains = (column: string) => `strpos(${column}, media_search_text(?)) > 0`
  if (!search.includes('\n')) return { sql: contains('f.search_text'), values: [search] }
  const inEither = ['f.name', 'f.title']
    .map((column) => contains(`media_search_text(${column})`))
    .join(' or ')
  return { sql: `${contains('f.search_text')} and (${inEither})`, values: [search, search, search] }
}

/** Returns the condition on files that a search finds, for reading them in the order of their age. */
export const isFound = (search: string): SqlFragment => {
  const { sql, values } = containsText(search)
  return { sql: `(${sql} or f.uid = ?)`, values: [...values, search] }
}

const pieceOfArray = (piece: string): string => `"${piece.replaceAll(/["\\]/g, '\\$&')}"`

/**
 * Returns conditions of which each file that a search finds fulfils exactly one, for finding them by an index each: the
 * files with the text, and the one with the uid. They have no `or`, with which PostgreSQL would cut the text of each
 * file into pieces again.
 */
export const foundByIndex = (
  search: string,
  pieces: ReadonlyArray<string>,
): readonly [SqlFragment, ...SqlFragment[]] => {
  const { sql, values } = containsText(search)
  const byPieces = {
    sql: `(media_trigrams(f.search_text) collate "C") @> (cast(? as text[]) collate "C") and ${sql}`,
    values: [`{${pieces.map(pieceOfArray).join(',')}}`, ...values],
  }
  if (!isUid(search)) return [byPieces]
  return [byPieces, { sql: `f.uid = ? and not (${sql})`, values: [search, ...values] }]
}

/** Returns the condition of the index that has only the files in the trash, or only the others. */
const deletionCondition = ({ isDeleted }: Pick<MediaFilter, 'isDeleted'>): string =>
  `f.deleted_at is ${isDeleted ? 'not ' : ''}null`

/** Returns the conditions that the indexes by age answer, so that no file is read that does not fulfil them. */
export const indexedConditions = (filter: MediaFilter): SqlFragment => {
  const { createdAfter, createdBefore, isPublic } = filter
  const isBetween = `f.created_at > ${timeOfMicroseconds('?')} and f.created_at < ${timeOfMicroseconds('?')}`
  return allOf(
    { sql: isBetween, values: [createdAfter ?? -1, createdBefore ?? latestMicroseconds] },
    { sql: deletionCondition(filter), values: [] },
    { sql: isPublic === true ? 'f.public' : 'true', values: [] },
  )
}

/** Returns the conditions on a file `f` of this kind, without those on the kind and on the text. */
export const mediaConditions = (kind: MediaKind, filter: MediaFilter): SqlFragment => {
  const { state, isPublic, isOutdated } = filter
  const { exports, fileId } = mediaTables[kind]
  const outdated = `exists (
    select from ${exports} e where e.${fileId} = f.id and e.replaced_at is null and e.recipe < ?
  )`
  const conditions: ReadonlyArray<SqlFragment | null> = [
    indexedConditions(filter),
    state === null ? null : { sql: stateConditions[state], values: [] },
    isPublic === false ? { sql: 'not f.public', values: [] } : null,
    isOutdated === null
      ? null
      : { sql: `${isOutdated ? '' : 'not '}${outdated}`, values: [recipeVersions[kind]] },
  ]
  return allOf(...conditions.filter((condition) => condition !== null))
}

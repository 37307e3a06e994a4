import type { Knex } from 'knex'
import type { MediaKind } from '../../domain/media/media-kind.ts'
import { mediaTables } from './media-conditions.ts'

/** Queries for the ids of the stored files of all exports of the file `:id`. */
export const exportedFileIds: Readonly<Record<MediaKind, (id: string) => string>> = {
  image: (id) => `select e.s3_file_id from image_file_exports e where e.image_file_id = ${id}`,
  content: (id) => `
    select p.s3_file_id from content_file_exports e
    join content_file_export_parts p on p.content_file_export_id = e.id
    where e.content_file_id = ${id}`,
}

const deleteExportedFiles: Readonly<Record<MediaKind, ReadonlyArray<string>>> = {
  image: [
    `with gone as (
       delete from image_file_exports where image_file_id = :id returning s3_file_id
     ) delete from s3_files s using gone where s.id = gone.s3_file_id`,
  ],
  // The parts are deleted while their exports exist: the triggers name the values of both.
  content: [
    `with gone as (
       delete from content_file_export_parts p using content_file_exports e
       where e.content_file_id = :id and p.content_file_export_id = e.id
       returning p.s3_file_id
     ) delete from s3_files s using gone where s.id = gone.s3_file_id`,
    'delete from content_file_exports where content_file_id = :id',
  ],
}

/**
 * Deletes all rows of a file, and adds the keys of its objects to the purged objects. The caller has locked the
 * file's jobs and its row.
 */
export const purgeRows = async (trx: Knex.Transaction, kind: MediaKind, id: number): Promise<void> => {
  const { files } = mediaTables[kind]
  await trx.raw(
    `insert into purged_objects (key, media)
     select s.key, f.uid from ${files} f
     cross join lateral (
       select f.original_s3_file_id as id union all ${exportedFileIds[kind](':id')}
     ) stored
     join s3_files s on s.id = stored.id
     where f.id = :id
     on conflict do nothing`,
    { id },
  )
  for (const statement of deleteExportedFiles[kind]) await trx.raw(statement, { id })
  await trx.raw(
    `with gone as (
       delete from ${files} where id = :id returning uid, original_s3_file_id
     ), ended as (
       delete from jobs using gone where jobs.media = gone.uid
     ) delete from s3_files s using gone where s.id = gone.original_s3_file_id`,
    { id },
  )
  await trx.raw('update library set has_purged = true where not has_purged')
}

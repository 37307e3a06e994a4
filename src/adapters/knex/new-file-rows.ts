import type { Knex } from 'knex'
import type { JobMedia, NewFileJob } from '../../domain/jobs/job.ts'
import type { NewLibraryFile } from '../../ports/library-repository.ts'
import { insertJob } from './job-rows.ts'
import { NothingWritten } from './refusing-transaction.ts'
import { insertOriginal, nextStoredFileId, originalBindings } from './stored-file-rows.ts'

/** A row to insert, with the columns that only this kind of file has. */
export type NewRow<U extends string> = NewLibraryFile<U> & {
  /** Declared duration in seconds; `null` if there is none. */
  readonly durationSeconds: number | null
  readonly columns: Readonly<Record<string, number>>
}

/** Ends an upload whose file is added in this transaction. Returns `false` if it has ended before. */
const endUpload = async (trx: Knex.Transaction, uid: string): Promise<boolean> => {
  const { rowCount } = await trx.raw(
    `update uploads set state = 'in_library', ended_at = now() where uid = :uid and state = 'received'`,
    { uid },
  )
  return rowCount === 1
}

/**
 * Inserts a file, its original and its job, and ends its upload. Returns `false` if its bytes are in the library. Throws
 * NothingWritten if they were taken down, or if the upload has ended before.
 */
export const insertFile = async <U extends JobMedia['uid']>(
  trx: Knex.Transaction,
  { kind, files }: { readonly kind: JobMedia['kind']; readonly files: 'image_files' | 'content_files' },
  { uid, name, original, sha512, isPublic, details, upload, durationSeconds, columns }: NewRow<U>,
  job: NewFileJob,
): Promise<boolean> => {
  const names = Object.keys(columns)
  const { rowCount } = await trx.raw(
    `with file as (
       insert into ${files} (
         uid, name, original_sha512, public, title, alt, metadata, original_s3_file_id, ${names.join(', ')}
       ) values (
         :uid, :name, :original, :isPublic, :title, :alt, cast(:metadata as jsonb), ${nextStoredFileId},
         ${names.map((column) => `:${column}`).join(', ')}
       )
       on conflict (original_sha512) do nothing
       returning original_s3_file_id
     ) ${insertOriginal}`,
    {
      uid,
      name,
      original: upload?.sharesBytes === false ? `${sha512}:${uid}` : sha512,
      isPublic,
      title: details?.title ?? null,
      alt: details?.alt ?? null,
      metadata: JSON.stringify(details?.metadata ?? {}),
      ...columns,
      ...originalBindings(original),
    },
  )
  if (rowCount !== 1) return false
  // A statement of its own sees what was committed while the insert waited for a file that was purged.
  const banned = await trx.raw('select from taken_down where sha512 = :sha512', { sha512 })
  if (banned.rows.length > 0) throw new NothingWritten()
  if (upload !== undefined && !(await endUpload(trx, upload.uid))) throw new NothingWritten()
  await insertJob(trx, { ...job, kind: 'exports', media: { kind, uid }, durationSeconds })
  return true
}

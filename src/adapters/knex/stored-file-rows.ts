import * as t from 'io-ts'
import type { Knex } from 'knex'
import { StoredFileUid } from '../../domain/media/ids.ts'
import type { StoredFile } from '../../domain/media/stored-file.ts'
import { epochMilliseconds } from './sql-times.ts'
import { decodeRows } from './statements.ts'

/**
 * SQL expression for a stored file as JSON. The row of the stored file must be named `s` in the statement.
 */
export const storedFileJson = `json_build_object(
  'uid', s.uid, 'key', s.key, 'contentType', s.content_type, 'size', s.file_size, 'sha256', s.sha256)`

export const StoredFileJson: t.Type<StoredFile, unknown, unknown> = t.strict({
  uid: StoredFileUid,
  key: t.string,
  contentType: t.string,
  size: t.number,
  sha256: t.string,
})

/** SQL column with the time at which the file was stored, in milliseconds since 1970. */
export const storedAtColumn = `${epochMilliseconds('s.created_at')} as stored_at`

/**
 * The end of a statement that inserts a file (as the CTE `file`) together with its original. The row of the
 * file is inserted first, because only its unique index shows whether the original is new. PostgreSQL checks
 * the foreign key to the original at the end of the statement. The bindings are `originalBindings`.
 */
export const insertOriginal = `
  insert into s3_files (id, uid, key, content_type, file_size, sha256) overriding system value
  select original_s3_file_id, :original_uid, :original_key, :original_type,
         cast(:original_size as bigint), :original_sha256
  from file`

export const nextStoredFileId = `nextval(pg_get_serial_sequence('s3_files', 'id'))`

export const originalBindings = (original: StoredFile) => ({
  original_uid: original.uid,
  original_key: original.key,
  original_type: original.contentType,
  original_size: original.size,
  original_sha256: original.sha256,
})

/**
 * Maximum number of rows per statement. PostgreSQL accepts 65,535 values per statement, and no table here has
 * more than twenty columns.
 */
const rowsAtOnce = 1000

/** Inserts rows with as few statements as possible. */
export const insertRows = async (
  trx: Knex.Transaction,
  table: string,
  rows: ReadonlyArray<Readonly<Record<string, unknown>>>,
): Promise<void> => {
  await trx.batchInsert(table, [...rows], rowsAtOnce).transacting(trx)
}

type StoredFileRow = {
  readonly id: number
  readonly uid: string
  readonly key: string
  readonly content_type: string
  readonly file_size: number
  readonly sha256: string
}

const Inserted = t.strict({ id: t.number, uid: t.string })

/** Inserts stored files. Returns a function that maps a stored file to its id. */
export const insertStoredFiles = async (
  trx: Knex.Transaction,
  files: ReadonlyArray<StoredFile>,
): Promise<(file: StoredFile) => number> => {
  const rows = files.map(({ uid, key, contentType, size, sha256 }) => ({
    uid,
    key,
    content_type: contentType,
    file_size: size,
    sha256,
  }))
  const inserted = await trx
    .batchInsert<StoredFileRow>('s3_files', rows, rowsAtOnce)
    .transacting(trx)
    .returning(['id', 'uid'])
  return createIdLookup(inserted)
}

/** Returns a function that maps an inserted item to its id. */
export const createIdLookup = (inserted: unknown): ((added: { readonly uid: string }) => number) => {
  const ids = new Map(decodeRows(Inserted, inserted).map(({ id, uid }) => [uid, id]))
  return ({ uid }) => {
    const id = ids.get(uid)
    if (id === undefined) throw new Error(`no row was added for ${uid}`)
    return id
  }
}

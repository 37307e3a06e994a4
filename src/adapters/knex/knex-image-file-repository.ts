import * as t from 'io-ts'
import type { Knex } from 'knex'
import { ImageExportUid, ImageFileUid } from '../../domain/media/ids.ts'
import { ImageExportFile, type NewImageExport } from '../../domain/media/image-export.ts'
import { snakeCased } from '../../domain/shared/snake-cased.ts'
import type { ImageFileRepository } from '../../ports/image-file-repository.ts'
import { createLibraryTable } from './library-table.ts'
import { createReplacedExports } from './replaced-exports.ts'
import { createStatements } from './statements.ts'
import { insertRows, insertStoredFiles, storedAtColumn } from './stored-file-rows.ts'

const ImageExportRow = snakeCased(
  t.strict({
    uid: ImageExportUid,
    format: t.string,
    width: t.number,
    height: t.number,
    sizeBytes: t.number,
    thumbhash: t.string,
  }),
)

/** Stores image files in PostgreSQL. */
export const createKnexImageFileRepository = (db: Knex): ImageFileRepository => {
  const { selectMany, selectOne } = createStatements(db)
  const { insertFile, ...shared } = createLibraryTable(db, {
    kind: 'image',
    files: 'image_files',
    exports: 'image_file_exports',
    fileId: 'image_file_id',
    uid: ImageFileUid,
    facts: {},
    insertExports,
  })
  const replaced = createReplacedExports(db, {
    exports: 'image_file_exports',
    uid: ImageExportUid,
    parts: 'select e.uid, e.s3_file_id',
    remove: `
      with deleted as (
        delete from image_file_exports where uid = :uid and replaced_at is not null returning s3_file_id
      )`,
  })

  return {
    ...shared,
    ...replaced,

    listExports: selectMany(
      'read',
      'image_files.list_exports',
      ImageExportRow,
      `select e.uid, e.format, e.width, e.height, s.file_size as size_bytes, e.thumbhash
       from image_files f
       join image_file_exports e on e.image_file_id = f.id
       join s3_files s on s.id = e.s3_file_id
       where f.uid = ? and e.replaced_at is null and f.deleted_at is null`,
    ),

    findExport: selectOne(
      'read',
      'image_files.find_export',
      ImageExportFile,
      `select s.file_size, f.uid as image_file_uid, e.height, s.uid as s3_file_uid, s.key as s3_file_key,
              s.content_type, s.sha256, ${storedAtColumn}
       from image_file_exports e
       join image_files f on f.id = e.image_file_id
       join s3_files s on s.id = e.s3_file_id
       where e.uid = ? and f.deleted_at is null`,
    ),

    add: ({ width, height, ...file }, job) =>
      insertFile({ ...file, durationSeconds: null, columns: { width, height } }, job),
  }
}

const insertExports = async (
  trx: Knex.Transaction,
  imageFileId: number,
  exports: ReadonlyArray<NewImageExport>,
): Promise<void> => {
  const storedFileId = await insertStoredFiles(
    trx,
    exports.map(({ file }) => file),
  )
  const rows = exports.map(({ file, ...columns }) => ({
    ...columns,
    image_file_id: imageFileId,
    s3_file_id: storedFileId(file),
  }))
  await insertRows(trx, 'image_file_exports', rows)
}

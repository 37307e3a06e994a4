import * as t from 'io-ts'
import type { Knex } from 'knex'
import {
  ContentPartFile,
  longestDurationSeconds,
  type NewContentExport,
  VodMeta,
  withStartTimes,
} from '../../domain/media/content-export.ts'
import { ContentExportUid, ContentFileUid } from '../../domain/media/ids.ts'
import { O, pipe, TE } from '../../fp.ts'
import type { ContentFileRepository } from '../../ports/content-file-repository.ts'
import {
  ContentFileRow,
  toContentExport,
  toExportRow,
  toPartRow,
  VodPartsRow,
  VodPartsWithKeyframesRow,
} from './content-rows.ts'
import {
  selectFileWithExports,
  selectPartFile,
  selectParts,
  selectPartsWithKeyframes,
  selectVodMeta,
} from './content-statements.ts'
import { createLibraryTable } from './library-table.ts'
import { createReplacedExports } from './replaced-exports.ts'
import { createStatements } from './statements.ts'
import { createIdLookup, insertRows, insertStoredFiles } from './stored-file-rows.ts'

/** Stores content files (audio and video) in PostgreSQL. */
export const createKnexContentFileRepository = (db: Knex): ContentFileRepository => {
  const { selectOne } = createStatements(db)
  const { insertFile, ...shared } = createLibraryTable(db, {
    kind: 'content',
    files: 'content_files',
    exports: 'content_file_exports',
    fileId: 'content_file_id',
    uid: ContentFileUid,
    facts: { durationSeconds: t.number },
    insertExports,
  })
  const selectFile = selectOne('read', 'content_files.find', ContentFileRow, selectFileWithExports)

  const replaced = createReplacedExports(db, {
    exports: 'content_file_exports',
    uid: ContentExportUid,
    parts:
      'select p.uid, p.s3_file_id from content_file_export_parts p where p.content_file_export_id = e.id',
    remove: `
      with export as (
        delete from content_file_exports where uid = :uid and replaced_at is not null returning id
      ), deleted as (
        delete from content_file_export_parts p using export where p.content_file_export_id = export.id
        returning p.s3_file_id
      )`,
  })

  return {
    ...shared,
    ...replaced,

    find: (uid) =>
      pipe(
        selectFile(uid),
        TE.map(O.map((file) => ({ ...file, exports: file.exports.map(toContentExport) }))),
      ),

    findVod: selectOne('read', 'content_files.find_vod', VodMeta, selectVodMeta),

    listParts: selectOne('read', 'content_files.list_parts', VodPartsRow, selectParts),

    listKeyframes: selectOne(
      'read',
      'content_files.list_keyframes',
      VodPartsWithKeyframesRow,
      selectPartsWithKeyframes,
    ),

    findPart: selectOne('read', 'content_files.find_part', ContentPartFile, selectPartFile),

    add: ({ durationSeconds, ...file }, job) =>
      insertFile(
        {
          ...file,
          durationSeconds: durationSeconds || null,
          columns: { duration_seconds: durationSeconds },
        },
        job,
      ),
  }
}

const insertExports = async (
  trx: Knex.Transaction,
  contentFileId: number,
  exports: ReadonlyArray<NewContentExport>,
): Promise<void> => {
  await trx('content_files')
    .where({ id: contentFileId })
    .update({ duration_seconds: longestDurationSeconds(exports) })

  const exportRows = exports.map((newExport) => toExportRow(contentFileId, newExport))
  const exportId = createIdLookup(
    await trx('content_file_exports').insert(exportRows).returning(['id', 'uid']),
  )
  const parts = exports.flatMap((newExport) => newExport.parts)
  const storedFileId = await insertStoredFiles(
    trx,
    parts.map(({ file }) => file),
  )
  const partRows = exports.flatMap((newExport) =>
    withStartTimes(newExport.parts).map((part) =>
      toPartRow(exportId(newExport), storedFileId(part.file), part),
    ),
  )
  await insertRows(trx, 'content_file_export_parts', partRows)
}

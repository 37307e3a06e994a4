import * as t from 'io-ts'
import type { Knex } from 'knex'
import { ContentPartFile, longest, VodMeta } from '../../domain/export/content-export.ts'
import { ContentFileUid } from '../../domain/shared/ids.ts'
import { O, pipe, TE } from '../../fp.ts'
import type { ContentFileRepository } from '../../ports/content-file-repository.ts'
import {
  ContentFileRow,
  KeyedVodPartsRow,
  KnownContentFileRow,
  toContentExport,
  toExportRow,
  toPartRow,
  VodPartsRow,
} from './content-rows.ts'
import { asked, createStatements } from './statements.ts'
import {
  claimUnfinished,
  idsByUid,
  insertAll,
  insertOriginal,
  insertStoredFiles,
  nextStoredFileId,
  originalBindings,
  storedAt,
  storedFileJson,
} from './stored-file-rows.ts'

const selectKnown = `
  select f.uid, ${storedFileJson} as original, f.duration_seconds,
         (select count(*) from content_file_exports e where e.content_file_id = f.id) as export_count
  from content_files f join s3_files s on s.id = f.original_s3_file_id`

/** An export in parts, with these columns of each part. The keys of these JSON objects are the domain's. */
const selectVod = (columns: string): string => `
  select e.uid as export_uid, e.target_duration,
         (select coalesce(json_agg(x order by x.role, x.position), '[]') from ( -- init, then media
            select ${columns} from content_file_export_parts p where p.content_file_export_id = e.id
          ) x) as parts
  from content_file_exports e where e.uid = ? and e.format = 'm3u8'`

/** All in the primary key's index. */
const partColumns = `
  p.uid, p.role, p.position, p.content_type as "contentType", p.duration_ticks as "durationTicks", p.timescale`

/** How long a part lasts. */
const secondsOf = (part: string): string =>
  `cast(${part}.duration_ticks as double precision) / ${part}.timescale`

/** Sounds and films in PostgreSQL. */
export const createKnexContentFileRepository = (db: Knex): ContentFileRepository => {
  const { many, one, run } = createStatements(db)
  const selectFile = one(
    'content_files.find',
    ContentFileRow,
    `select f.uid, f.duration_seconds,
            (select coalesce(json_agg(x), '[]') from (
               select e.uid, e.format, e.width, e.height, e.frame_rate_num as "frameRateNum",
                      e.frame_rate_den as "frameRateDen", e.channels, e.sample_rate as "sampleRate",
                      e.codecs, e.bandwidth, e.average_bandwidth as "averageBandwidth",
                      e.iframe_bandwidth as "iframeBandwidth",
                      e.iframe_average_bandwidth as "iframeAverageBandwidth",
                      e.file_size as "fileSize", e.duration_seconds as "durationSeconds",
                      e.target_duration as "targetDuration", e.quality_parameters as "qualityParameters",
                      p.uid as "firstPartUid"
               from content_file_exports e
               join content_file_export_parts p
                 on p.content_file_export_id = e.id and p.role = 'media' and p.position = 0
               where e.content_file_id = f.id
             ) x) as exports
     from content_files f where f.uid = ?`,
  )

  return {
    find: (uid) =>
      pipe(
        selectFile(uid),
        TE.map((found) =>
          pipe(
            found,
            O.map((file) => ({ ...file, exports: file.exports.map(toContentExport) })),
          ),
        ),
      ),

    findVod: one(
      'content_files.find_vod',
      VodMeta,
      `select f.uid as content_file_uid, e.height
       from content_file_exports e join content_files f on f.id = e.content_file_id
       where e.uid = ? and e.format = 'm3u8'`,
    ),

    listParts: one('content_files.list_parts', VodPartsRow, selectVod(partColumns)),

    listKeyframes: one(
      'content_files.list_keyframes',
      KeyedVodPartsRow,
      selectVod(`${partColumns}, p.keyframes`),
    ),

    findPart: one(
      'content_files.find_part',
      ContentPartFile,
      `select f.uid as content_file_uid, e.uid as content_file_export_uid, e.format, e.height,
              case p.role when 'media' then before.seconds end as start_seconds,
              case p.role when 'media' then before.seconds + ${secondsOf('p')} end as end_seconds,
              s.uid as s3_file_uid, s.key as s3_file_key, s.content_type, s.file_size, s.sha256,
              ${storedAt}
       from content_file_export_parts p
       join content_file_exports e on e.id = p.content_file_export_id
       join content_files f on f.id = e.content_file_id
       join s3_files s on s.id = p.s3_file_id
       cross join lateral ( -- read from the primary key's index alone
         select coalesce(sum(${secondsOf('q')}), 0) as seconds
         from content_file_export_parts q
         where q.content_file_export_id = p.content_file_export_id and q.role = 'media'
           and q.position < p.position
       ) before
       where p.uid = ?`,
    ),

    findByOriginal: one(
      'content_files.find_by_original',
      KnownContentFileRow,
      `${selectKnown} where f.original_sha512 = ?`,
    ),

    add: ({ uid, name, original, sha512, durationSeconds }) =>
      pipe(
        run(
          `with file as (
             insert into content_files (uid, name, original_sha512, original_s3_file_id, duration_seconds)
             values (:uid, :name, :sha512, ${nextStoredFileId}, :seconds)
             on conflict (original_sha512) do nothing
             returning original_s3_file_id
           ) ${insertOriginal}`,
          { uid, name, sha512, seconds: durationSeconds, ...originalBindings(original) },
        ),
        TE.map((added) => added === 1),
      ),

    addExports: (uid, exports) =>
      asked(async () => {
        if (exports.length === 0) return false
        return db.transaction(async (trx) => {
          const contentFileId = await claimUnfinished(trx, 'content_files', uid)
          if (contentFileId === undefined) return false
          await trx('content_files')
            .where({ id: contentFileId })
            .update({ duration_seconds: longest(exports) })

          const exportRows = exports.map((made) => toExportRow(contentFileId, made))
          const exportId = idsByUid(
            await trx('content_file_exports').insert(exportRows).returning(['id', 'uid']),
          )
          const parts = exports.flatMap((made) => made.parts)
          const storedFileId = await insertStoredFiles(
            trx,
            parts.map(({ file }) => file),
          )
          const partRows = exports.flatMap((made) =>
            made.parts.map((part) => toPartRow(exportId(made), storedFileId(part.file), part)),
          )
          await insertAll(trx, 'content_file_export_parts', partRows)
          return true
        })
      }),

    listUnfinished: many(
      'content_files.list_unfinished',
      KnownContentFileRow,
      `${selectKnown} where f.finished_at is null order by f.created_at, f.id`,
    )(),

    removeUnfinished: (uid) =>
      pipe(
        run(
          `with gone as (
             delete from content_files where uid = :uid and finished_at is null returning original_s3_file_id
           )
           delete from s3_files s using gone where s.id = gone.original_s3_file_id`,
          { uid },
        ),
        TE.map(() => undefined),
      ),

    first: pipe(
      one(
        'content_files.first',
        t.strict({ uid: ContentFileUid }),
        'select uid from content_files order by created_at, id limit 1',
      )(),
      TE.map((row) =>
        pipe(
          row,
          O.map(({ uid }) => uid),
        ),
      ),
    ),
  }
}

import * as t from 'io-ts'
import { mediaStateOf } from '../../domain/jobs/media-state.ts'
import type { MediaItem, MediaOriginal, MediaRecord } from '../../domain/library/media-item.ts'
import {
  ContentExportUid,
  ContentFileUid,
  ContentPartUid,
  ImageExportUid,
  ImageFileUid,
} from '../../domain/media/ids.ts'
import { mediaKinds } from '../../domain/media/media-kind.ts'
import { unknownContentType } from '../../domain/media/stored-file.ts'
import { nullable } from '../../domain/shared/nullable.ts'
import { oneOf } from '../../domain/shared/one-of.ts'
import { snakeCased } from '../../domain/shared/snake-cased.ts'
import { epochMicroseconds } from './sql-times.ts'
import { StoredFileJson, storedAtColumn, storedFileJson } from './stored-file-rows.ts'

// Queries that read image and content files together. The columns of both kinds are the same.

const itemCodecs = {
  kind: oneOf('media_kind', mediaKinds),
  id: t.number,
  uid: t.union([ImageFileUid, ContentFileUid]),
  title: nullable(t.string),
  fileName: t.string,
  isReady: t.boolean,
  failure: nullable(t.string),
  activeJob: nullable(oneOf('job_state', ['waiting', 'running'])),
  isPublic: t.boolean,
  createdAt: t.number,
  updatedAt: t.number,
  sizeBytes: t.number,
  contentType: nullable(t.string),
  width: nullable(t.number),
  height: nullable(t.number),
  durationSeconds: nullable(t.number),
  thumbhash: nullable(t.string),
  warnings: t.readonlyArray(t.string),
  deletedAt: nullable(t.number),
  purgeAfter: nullable(t.number),
  isTakenDown: t.boolean,
}

const ExportJson = t.strict({
  uid: t.union([ImageExportUid, ContentExportUid]),
  format: t.string,
  width: nullable(t.number),
  height: nullable(t.number),
  codecs: t.readonlyArray(t.string),
  language: nullable(t.string),
  bandwidth: nullable(t.number),
  sizeBytes: t.number,
  recipe: t.number,
  firstPartUid: nullable(ContentPartUid),
})

export const MediaPlaceRow = snakeCased(
  t.strict({ kind: itemCodecs.kind, id: itemCodecs.id, createdAt: itemCodecs.createdAt }),
)
export const MediaItemRow = snakeCased(t.strict(itemCodecs))
export const MediaRecordRow = snakeCased(
  t.strict({
    ...itemCodecs,
    alt: nullable(t.string),
    metadata: t.UnknownRecord,
    version: t.number,
    sha512: t.string,
    exports: t.readonlyArray(ExportJson),
  }),
)

export const MediaOriginalRow: t.Type<MediaOriginal, unknown, unknown> = snakeCased(
  t.strict({ fileName: t.string, file: StoredFileJson, storedAt: t.number }),
)

/** SQL condition on jobs that make the first exports of the file `f` and have not ended. */
export const activeJobOfFile = `j.media = f.uid and j.kind = 'exports' and j.state in ('waiting', 'running')`

const commonColumns = `
  f.id, f.uid, f.title, f.name as file_name, f.finished_at is not null as is_ready, f.failure,
  (select j.state from jobs j where ${activeJobOfFile}) as active_job,
  f.public as is_public, ${epochMicroseconds('f.created_at')} as created_at,
  ${epochMicroseconds('coalesce(f.updated_at, f.created_at)')} as updated_at,
  s.file_size as size_bytes, nullif(s.content_type, '${unknownContentType}') as content_type,
  coalesce((
    select j.warnings from jobs j where j.media = f.uid and j.state = 'done' order by j.id desc limit 1
  ), '[]') as warnings,
  ${epochMicroseconds('f.deleted_at')} as deleted_at, ${epochMicroseconds('f.purge_after')} as purge_after,
  f.taken_down as is_taken_down`

const recordColumns = 'f.alt, f.metadata, f.version, left(f.original_sha512, 128) as sha512'

const imageColumns = `
  'image' as kind, ${commonColumns}, f.width, f.height, cast(null as double precision) as duration_seconds, (
    select e.thumbhash from image_file_exports e
    where e.image_file_id = f.id and e.replaced_at is null order by e.id limit 1
  ) as thumbhash`

const contentColumns = `
  'content' as kind, ${commonColumns}, e.width, e.height, nullif(f.duration_seconds, 0) as duration_seconds,
  cast(null as text) as thumbhash`

const imageExports = `
  (select coalesce(json_agg(json_build_object(
     'uid', e.uid, 'format', e.format, 'width', e.width, 'height', e.height, 'codecs', '[]'::json,
     'language', null, 'bandwidth', null, 'sizeBytes', es.file_size, 'recipe', e.recipe, 'firstPartUid', null
   ) order by e.id), '[]')
   from image_file_exports e join s3_files es on es.id = e.s3_file_id
   where e.image_file_id = f.id and e.replaced_at is null) as exports`

const contentExports = `
  (select coalesce(json_agg(json_build_object(
     'uid', e.uid, 'format', e.format, 'width', e.width, 'height', e.height, 'codecs', e.codecs,
     'language', e.language, 'bandwidth', e.bandwidth, 'sizeBytes', e.file_size, 'recipe', e.recipe, 'firstPartUid', p.uid
   ) order by e.id), '[]')
   from content_file_exports e
   left join content_file_export_parts p
     on p.content_file_export_id = e.id and p.role = 'media' and p.position = 0
   where e.content_file_id = f.id and e.replaced_at is null) as exports`

const fromImages = 'from image_files f join s3_files s on s.id = f.original_s3_file_id'

const fromContents = `
  from content_files f join s3_files s on s.id = f.original_s3_file_id
  left join lateral (
    select e.width, e.height from content_file_exports e
    where e.content_file_id = f.id and e.replaced_at is null and e.height is not null
    order by e.height desc, e.width desc limit 1
  ) e on true`

/** Returns a query for the items of the file `p`, which is a kind and an id. */
export const selectItemOfPlace = `
  select ${imageColumns} ${fromImages} where p.kind = 'image' and f.id = p.id
  union all
  select ${contentColumns} ${fromContents} where p.kind = 'content' and f.id = p.id`

/** Selects the files with this uid, which is a binding of each kind. */
export const selectRecords = `
  select ${imageColumns}, ${recordColumns}, ${imageExports} ${fromImages} where f.uid = ?
  union all
  select ${contentColumns}, ${recordColumns}, ${contentExports} ${fromContents} where f.uid = ?`

const originalColumns = `f.name as file_name, ${storedFileJson} as file, ${storedAtColumn}`

/** Selects the originals of the files with this uid, which is a binding of each kind. */
export const selectOriginals = ['image_files', 'content_files']
  .map(
    (files) =>
      `select ${originalColumns} from ${files} f join s3_files s on s.id = f.original_s3_file_id where f.uid = ? and not f.taken_down`,
  )
  .join(' union all ')

const toItem = <R extends t.TypeOf<typeof MediaItemRow>>({
  id: _,
  isReady,
  failure,
  activeJob,
  ...row
}: R): Omit<R, 'id' | 'isReady' | 'failure' | 'activeJob'> & Pick<MediaItem, 'state'> => {
  const job = activeJob === null ? null : { state: activeJob, progress: 0, stage: null, etaSeconds: null }
  return { ...row, state: mediaStateOf({ isReady, failure, job }).state }
}

export const toMediaItem = (row: t.TypeOf<typeof MediaItemRow>): MediaItem => toItem(row)
export const toMediaRecord = (row: t.TypeOf<typeof MediaRecordRow>): MediaRecord => toItem(row)

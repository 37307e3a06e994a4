import { exportColumns, partColumns } from './content-rows.ts'
import { storedAtColumn } from './stored-file-rows.ts'

// Statements that read content files. The keys of JSON objects are the domain's names.

/** Selects a file and its exports, by the file's uid. */
export const selectFileWithExports = `
  select f.uid, f.duration_seconds,
         (select coalesce(json_agg(x), '[]') from (
            select ${exportColumns}, p.uid as "firstPartUid"
            from content_file_exports e
            join content_file_export_parts p
              on p.content_file_export_id = e.id and p.role = 'media' and p.position = 0
            where e.content_file_id = f.id and e.replaced_at is null
          ) x) as exports
  from content_files f where f.uid = ? and f.deleted_at is null`

/** Selects the file of an export and the height of its video, by the export's uid. */
export const selectVodMeta = `
  select f.uid as content_file_uid, e.height
  from content_file_exports e join content_files f on f.id = e.content_file_id
  where e.uid = ? and e.format = 'm3u8' and f.deleted_at is null`

/**
 * Returns a statement that selects a segmented export, by the export's uid, with these columns of each
 * segment.
 */
const selectVod = (columns: string): string => `
  select e.uid as export_uid, e.target_duration,
         (select coalesce(json_agg(x order by x.role, x.position), '[]') from ( -- init, then media
            select ${columns} from content_file_export_parts p where p.content_file_export_id = e.id
          ) x) as parts
  from content_file_exports e join content_files f on f.id = e.content_file_id
  where e.uid = ? and e.format = 'm3u8' and f.deleted_at is null`

export const selectParts = selectVod(partColumns)
export const selectPartsWithKeyframes = selectVod(`${partColumns}, p.keyframes`)

/** Returns an SQL expression for the duration of a segment in seconds. */
const secondsOf = (part: string): string =>
  `cast(${part}.duration_ticks as double precision) / ${part}.timescale`

/**
 * Selects a segment with its stored file and its time span, by the segment's uid. The segments of a deleted file are
 * found until its grace ends.
 */
export const selectPartFile = `
  select f.uid as content_file_uid, e.uid as content_file_export_uid, e.format, e.height,
         part.start as start_seconds, part.start + ${secondsOf('p')} as end_seconds,
         s.uid as s3_file_uid, s.key as s3_file_key, s.content_type, s.file_size, s.sha256,
         ${storedAtColumn}
  from content_file_export_parts p
  join content_file_exports e on e.id = p.content_file_export_id
  join content_files f on f.id = e.content_file_id
  join s3_files s on s.id = p.s3_file_id
  cross join lateral (
    select case p.role when 'media' then coalesce(p.start_seconds, ( -- null: an older release added it
      select coalesce(sum(${secondsOf('q')}), 0)
      from content_file_export_parts q
      where q.content_file_export_id = p.content_file_export_id and q.role = 'media'
        and q.position < p.position
    )) end as start
  ) part
  where p.uid = ? and (f.deleted_at is null or f.grace_until is not null)`

import type { Knex } from 'knex'
import { statementOptions } from '../../src/adapters/knex/database-limits.ts'

const selectIndexes = `
  select i.indexname as name, i.indexdef as definition, coalesce(a.attstattarget, -1) as statistics
  from pg_indexes i join pg_attribute a on a.attrelid = to_regclass(i.indexname) and a.attnum = 1
  where i.schemaname = 'public' and i.indexname like '%trigrams'`

/** Number of files that one statement adds, so that it does not exceed the limit of statements. */
const filesAtOnce = 20_000

const time = `timestamptz 'epoch' + (1700000000000000 + n / 4) * interval '1 microsecond'`
const hash = (of: string, length: number) => `rpad(md5(${of} || n), ${length}, '0')`

const statementsFor = (numbers: string): ReadonlyArray<string> => [
  `insert into s3_files (uid, key, content_type, file_size, sha256)
   select 's3f_' || n, 's3f_' || n, 'application/octet-stream', 9, ${hash(`'o'`, 64)} from ${numbers}`,
  `insert into s3_files (uid, key, content_type, file_size, sha256)
   select 's3f_export' || n, 's3f_export' || n, 'image/webp', 9, ${hash(`'e'`, 64)} from ${numbers} where n % 20 = 0`,
  `insert into image_files (uid, name, original_s3_file_id, original_sha512, width, height, public, created_at, finished_at)
   select 'if_' || n, 'File ' || n || '.jpg', s.id, ${hash(`'i'`, 128)}, 9, 9, n % 20 = 0, ${time}, now()
   from ${numbers} join s3_files s on s.uid = 's3f_' || n where n % 2 = 0 order by n`,
  `insert into content_files (uid, name, original_s3_file_id, original_sha512, duration_seconds, created_at, finished_at)
   select 'cf_' || n, 'File ' || n || '.mp4', s.id, ${hash(`'c'`, 128)}, 9, ${time}, now()
   from ${numbers} join s3_files s on s.uid = 's3f_' || n where n % 2 = 1 order by n`,
  `insert into image_file_exports (uid, image_file_id, s3_file_id, format, width, height, thumbhash, recipe)
   select 'ife_' || n, f.id, s.id, 'webp', 9, 9, '', 2
   from ${numbers} join image_files f on f.uid = 'if_' || n join s3_files s on s.uid = 's3f_export' || n`,
]

/**
 * Adds files, images and content files in turn, named `File 1.mp4` and so on. Four files each were added in the
 * same microsecond, from 1700000000000000 on. Every tenth image is public, and has an export.
 */
export const seedManyMedia = async (db: Knex, count: number): Promise<void> => {
  const unlimited = statementOptions('migration')
  // An index is made much faster than it is extended.
  const { rows: indexes } = await db.raw(selectIndexes)
  for (const { name } of indexes) await db.raw('drop index ??', [name])
  for (let from = 0; from < count; from += filesAtOnce) {
    const to = Math.min(count, from + filesAtOnce)
    for (const sql of statementsFor(`generate_series(${from}, ${to - 1}) n`)) await db.raw(sql)
  }
  for (const { name, definition, statistics } of indexes) {
    await db.raw(definition).options(unlimited)
    await db.raw(`alter index ?? alter column 1 set statistics ${statistics}`, [name])
  }
  await db.raw('vacuum analyze image_files, content_files, image_file_exports, s3_files').options(unlimited)
}

import type { Knex } from 'knex'

/**
 * Adds files with one export each, images and content files in turn, named `File 1.jpg` and so on. Four files each were
 * added in the same microsecond, from 1700000000000000 on. Every tenth image is public.
 */
export const seedManyMedia = async (db: Knex, count: number): Promise<void> => {
  const time = `timestamptz 'epoch' + (1700000000000000 + n / 4) * interval '1 microsecond'`
  const hash = (of: string, length: number) => `rpad(md5(${of} || n), ${length}, '0')`
  const storeFiles = (name: string) => `
    insert into s3_files (uid, key, content_type, file_size, sha256)
    select 's3f_${name}' || n, 's3f_${name}' || n, 'application/octet-stream', 9, ${hash(`'${name}'`, 64)}
    from generate_series(0, ${count - 1}) n`
  const originalOf = `(select id from s3_files where uid = 's3f_original' || n)`
  await db.raw(storeFiles('original'))
  await db.raw(storeFiles('export'))
  await db.raw(`
    insert into image_files (uid, name, original_s3_file_id, original_sha512, width, height, public, created_at, finished_at)
    select 'if_' || n, 'File ' || n || '.jpg', ${originalOf}, ${hash(`'i'`, 128)}, 9, 9, n % 20 = 0, ${time}, now()
    from generate_series(0, ${count - 1}, 2) n`)
  await db.raw(`
    insert into content_files (uid, name, original_s3_file_id, original_sha512, duration_seconds, created_at, finished_at)
    select 'cf_' || n, 'File ' || n || '.mp4', ${originalOf}, ${hash(`'c'`, 128)}, 9, ${time}, now()
    from generate_series(1, ${count - 1}, 2) n`)
  await db.raw(`
    insert into image_file_exports (uid, image_file_id, s3_file_id, format, width, height, thumbhash, recipe)
    select 'ife_' || f.uid, f.id, s.id, 'webp', 9, 9, '', 2
    from image_files f join s3_files s on s.uid = 's3f_export' || substr(f.uid, 4)`)
  await db.raw('vacuum analyze image_files, content_files, image_file_exports, s3_files')
}

import { expect } from 'chai'
import type { Knex } from 'knex'
import { createKnexContentFileRepository } from '../../../src/adapters/knex/knex-content-file-repository.ts'
import { createKnexImageFileRepository } from '../../../src/adapters/knex/knex-image-file-repository.ts'
import { createKnexUserRepository } from '../../../src/adapters/knex/knex-user-repository.ts'
import type { Unavailable } from '../../../src/domain/shared/errors.ts'
import { pipe, TE } from '../../../src/fp.ts'
import { cacheKeys } from '../../../src/ports/cache-keys.ts'
import {
  aNewContentExport,
  aNewContentFile,
  aNewFileJob,
  aNewImageExport,
  aNewImageFile,
} from '../../support/builders.ts'
import { right } from '../../support/expect-right.ts'
import { withDatabase } from '../../support/postgres.ts'

type Value = { readonly name: string; readonly read: TE.TaskEither<Unavailable, unknown> }

/**
 * The cached values of a library, each with the query from which it is made. A new family of keys does not
 * compile here without its queries, or the reason why its values never become stale.
 */
const valuesOf = (db: Knex, { image, content }: Library) => {
  const images = createKnexImageFileRepository(db)
  const contents = createKnexContentFileRepository(db)
  const exportUids = content.exports.map(({ uid }) => uid)
  // The manifests also contain the segments of the listed exports.
  const readPlaylist = pipe(
    contents.find(content.uid),
    TE.flatMap((file) =>
      pipe(
        TE.traverseArray(contents.listParts)(exportUids),
        TE.map((parts) => [file, parts]),
      ),
    ),
  )
  const playlist = (key: (of: { uid: typeof content.uid }) => { name: string }) => [
    { name: key({ uid: content.uid }).name, read: readPlaylist },
  ]
  return {
    imagePlaylist: [
      { name: cacheKeys.imagePlaylist({ uid: image.uid }).name, read: images.listExports(image.uid) },
    ],
    imageExport: image.exports.map(({ uid }) => ({
      name: cacheKeys.imageExport({ uid }).name,
      read: images.findExport(uid),
    })),
    imagePublic: [{ name: cacheKeys.imagePublic({ uid: image.uid }).name, read: images.isPublic(image.uid) }],
    contentPublic: [
      { name: cacheKeys.contentPublic({ uid: content.uid }).name, read: contents.isPublic(content.uid) },
    ],
    isAdmin: ['anna', 'ben', 'carl'].map((sub) => ({
      name: cacheKeys.isAdmin({ sub }).name,
      read: createKnexUserRepository(db).isAdmin(sub),
    })),
    contentPart: content.exports
      .flatMap(({ parts }) => parts)
      .map(({ uid }) => ({ name: cacheKeys.contentPart({ uid }).name, read: contents.findPart(uid) })),
    webPlaylist: playlist(cacheKeys.webPlaylist),
    mobilePlaylist: playlist(cacheKeys.mobilePlaylist),
    dashManifest: playlist(cacheKeys.dashManifest),
    vodMeta: exportUids.map((uid) => ({
      name: cacheKeys.vodMeta({ uid }).name,
      read: contents.findVod(uid),
    })),
    vodPlaylist: exportUids.map((uid) => ({
      name: cacheKeys.vodPlaylist({ uid }).name,
      read: contents.listParts(uid),
    })),
    vodIFrames: exportUids.map((uid) => ({
      name: cacheKeys.vodIFrames({ uid }).name,
      read: contents.listKeyframes(uid),
    })),
    storedFile: 'bytes that never change; they are only found through values that name them',
  } satisfies Record<keyof typeof cacheKeys, ReadonlyArray<Value> | string>
}

/** Tables from which no cached value is made. */
const others = [
  'cache_purges',
  'events',
  'instances',
  'invalidation_log',
  'invalidation_pruning',
  'jobs',
  'knex_migrations',
  'knex_migrations_lock',
  'library',
  'purged_objects',
  'revocations',
  'taken_down',
  'webhook_deliveries',
  'webhook_senders',
  'webhooks',
]

/** Columns that a change leaves as they are: identities, and references whose change is no change of a value. */
const constant = /^(?:id|uid|sub|singleton|\w+_id)$/

/** Changes of columns whose type alone does not say which values are valid. */
const changes: Readonly<Record<string, string>> = {
  'image_files.deleted_at': 'now(), purge_after = now()',
  'image_files.purge_after': 'now(), deleted_at = now()',
  'image_files.taken_down': 'true, deleted_at = now(), purge_after = now()',
  'content_files.deleted_at': 'now(), purge_after = now()',
  'content_files.purge_after': 'now(), deleted_at = now()',
  'content_files.taken_down': 'true, deleted_at = now(), purge_after = now()',
  'content_files.grace_until': 'now(), deleted_at = now(), purge_after = now()',
  'image_files.original_sha512': `repeat('b', 128)`,
  'content_files.original_sha512': `repeat('b', 128)`,
  's3_files.sha256': `repeat('b', 64)`,
  'content_file_exports.format': `case format when 'mp4' then 'm3u8' else 'mp4' end, target_duration = case format when 'mp4' then 6 end`,
  'content_file_exports.target_duration': 'target_duration + 1',
  'content_file_exports.iframe_bandwidth': '1, iframe_average_bandwidth = 1',
  'content_file_exports.iframe_average_bandwidth': '1, iframe_bandwidth = 1',
  'content_file_exports.quality_parameters': `'{"crf":1}'`,
  'content_file_export_parts.position': 'position + 100',
  'content_file_export_parts.role': `'init', position = 99`,
  'content_file_exports.channels': '2, sample_rate = 48000',
  'content_file_exports.sample_rate': '48000, channels = 2',
}

const byType: Readonly<Record<string, (column: string) => string>> = {
  text: (column) => `${column} || 'x'`,
  integer: (column) => `coalesce(${column}, 0) + 1`,
  bigint: (column) => `coalesce(${column}, 0) + 1`,
  boolean: (column) => `not ${column}`,
  'double precision': (column) => `coalesce(${column}, 0) + 1`,
  'timestamp with time zone': (column) => `coalesce(${column}, now()) + interval '1 hour'`,
  jsonb: () => `'[{"offset":1,"length":2,"durationTicks":3}]'`,
  ARRAY: (column) => `${column} || array['x']`,
}

describe('the triggers of invalidation', () => {
  const database = withDatabase()
  let library: Library
  let unchanged: ReadonlyMap<string, string>
  before(async () => {
    library = await createLibrary(database.knex())
    unchanged = await read(database.knex())
  })

  const read = async (db: Knex) => {
    const values = (
      Object.values(valuesOf(db, library)) as ReadonlyArray<ReadonlyArray<Value> | string>
    ).flatMap((of) => (typeof of === 'string' ? [] : of))
    const results = new Map<Value['read'], string>()
    for (const query of new Set(values.map((value) => value.read)))
      results.set(query, JSON.stringify(await right(query)))
    return new Map(values.map((value) => [value.name, results.get(value.read) ?? '']))
  }

  /** Makes a change, and returns the names of the values that it makes stale, and those in the log. */
  const namesOf = async (change: string) => {
    const trx = await database.knex().transaction()
    try {
      await trx.raw(change.replaceAll('?', '\\?'))
      const after = await read(trx)
      const { rows } = await trx.raw(
        `select unnest(keys) as name from invalidation_log where xid = pg_current_xact_id()`,
      )
      const stale = [...unchanged.keys()].filter((name) => unchanged.get(name) !== after.get(name))
      return { stale, logged: rows.map(({ name }: { name: string }) => name) }
    } finally {
      await trx.rollback()
    }
  }

  it('name every value that a change, an insert or a delete makes stale, of each family of keys', async () => {
    const { rows: columns } = await database.knex().raw(
      `select table_name || '.' || column_name as name, table_name as "table", column_name as column, data_type as type
       from information_schema.columns
       where table_schema = 'public' and is_generated = 'NEVER' and table_name <> all(?) order by 1`,
      [others],
    )
    const updates: ReadonlyArray<string> = columns
      .filter(({ column }: { column: string }) => !constant.test(column))
      .map(({ name, table, column, type }: Readonly<Record<string, string>>) => {
        const value = changes[name ?? ''] ?? byType[type ?? '']?.(column ?? '')
        expect(value, `how to change ${name}`).to.be.a('string')
        return `update ${table} set ${column} = ${value}${table === 'content_file_export_parts' && column === 'role' ? ' where position = 1' : ''}`
      })
    const deletes = [
      'users',
      'image_files',
      'image_file_exports',
      'content_files',
      'content_file_exports',
      'content_file_export_parts',
    ].map((table) => `delete from ${table}`)
    const seen = new Set<string>()
    for (const change of [...updates, ...deletes, ...inserts]) {
      const { stale, logged } = await namesOf(change)
      expect(logged, change).to.include.members(stale)
      for (const name of stale) seen.add(name)
    }
    for (const [family, values] of Object.entries(valuesOf(database.knex(), library)))
      if (typeof values !== 'string')
        expect(
          values.some(({ name }) => seen.has(name)),
          `a change of ${family}`,
        ).to.equal(true)
  })

  it('write nothing for a change that makes no value stale', async () => {
    for (const change of [
      `update image_files set name = 'other'`,
      'update image_files set public = public',
      'update content_files set public = public',
      `update content_files set name = 'other'`,
      `update users set created_at = now()`,
      'update content_file_export_parts set position = position',
      `insert into users (sub, admin) values ('dora', false)`,
      `delete from users where sub = 'ben'`,
      'update s3_files set key = key',
    ])
      expect(await namesOf(change), change).to.deep.equal({ stale: [], logged: [] })
  })

  it('name the families of a truncated table', async () => {
    const trx = await database.knex().transaction()
    await trx.raw('truncate users, image_files, content_files, s3_files cascade')
    const { rows } = await trx.raw(
      `select distinct unnest(families) as name from invalidation_log where xid = pg_current_xact_id()`,
    )
    await trx.rollback()
    const values = valuesOf(database.knex(), library)
    const families = (Object.keys(values) as ReadonlyArray<keyof typeof values>)
      .filter((family) => typeof values[family] !== 'string')
      .map((family) => cacheKeys[family].template)
    expect(rows.map(({ name }: { name: string }) => name)).to.have.members(families)
  })

  it('name values in proportion to the parts that are added, not to their square', async () => {
    const trx = await database.knex().transaction()
    await trx.raw(`
      create temporary table named (length integer) on commit drop;
      create or replace function log_invalidation(names text[]) returns void language sql as
        'insert into pg_temp.named values (cardinality(names))'`)
    await trx.raw(`
      with stored as (
        insert into s3_files (uid, key, content_type, file_size, sha256)
        select 's3f_p' || n, 's3_files/p' || n, '', 1, repeat('0', 64) from generate_series(1, 300) n
        returning id
      )
      insert into content_file_export_parts
        (uid, content_file_export_id, s3_file_id, role, position, content_type, duration_ticks, timescale, keyframes)
      select 'cfep_p' || s.id, e.id, s.id, 'media', 1000 + row_number() over (), '', 1, 1, '[]'
      from stored s, (select id from content_file_exports where format = 'm3u8' limit 1) e`)
    const { rows } = await trx.raw('select sum(length) as names from pg_temp.named')
    await trx.rollback()
    expect(Number(rows[0].names)).to.be.within(300, 2 * 300)
  })

  it('split long lists over rows, and notify with an empty payload', async () => {
    const trx = await database.knex().transaction()
    await trx.raw(`insert into users (sub, admin) select 'user ' || n, true from generate_series(1, 1200) n`)
    const { rows } = await trx.raw(
      `select cardinality(keys) as length from invalidation_log where xid = pg_current_xact_id()`,
    )
    await trx.rollback()
    expect(rows.every(({ length }: { length: number }) => length <= 500)).to.equal(true)
    expect(rows.reduce((sum: number, { length }: { length: number }) => sum + length, 0)).to.equal(1200)
  })
})

/** Rows that are added to what exists. */
const inserts = [
  `insert into users (sub, admin) values ('carl', true)`,
  `insert into image_file_exports (uid, image_file_id, s3_file_id, format, width, height, thumbhash)
   select 'ife_new', f.id, f.original_s3_file_id, 'webp', 1, 1, '' from image_files f`,
  `insert into content_file_export_parts
     (uid, content_file_export_id, s3_file_id, role, position, content_type, duration_ticks, timescale, keyframes)
   select 'cfep_new', e.id, f.original_s3_file_id, 'media', 50, '', 1, 1, '[]'
   from content_files f join lateral (
     select id from content_file_exports where format = 'm3u8' and content_file_id = f.id limit 1) e on true`,
  'delete from content_file_export_parts where position = 0',
]

type Library = Awaited<ReturnType<typeof createLibrary>>

const createLibrary = async (db: Knex) => {
  const users = createKnexUserRepository(db)
  await right(users.setAdmin('anna', true))
  await right(users.setAdmin('ben', false))
  const images = createKnexImageFileRepository(db)
  const image = { ...aNewImageFile(), exports: [aNewImageExport()] }
  await right(images.add(image, aNewFileJob()))
  await right(images.addExports(image.uid, image.exports, null))
  await right(images.setPublic(image.uid, true))
  const contents = createKnexContentFileRepository(db)
  const content = { ...aNewContentFile(), exports: [aNewContentExport()] }
  await right(contents.add(content, aNewFileJob()))
  await right(contents.addExports(content.uid, content.exports, null))
  await right(contents.setPublic(content.uid, true))
  return { image, content }
}

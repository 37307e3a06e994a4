import { createHash } from 'node:crypto'
import { expect } from 'chai'
import type { Knex } from 'knex'
import { createKnex } from '../../../src/adapters/knex/create-knex.ts'
import { createKnexContentFileRepository } from '../../../src/adapters/knex/knex-content-file-repository.ts'
import { createKnexDatabase } from '../../../src/adapters/knex/knex-database.ts'
import { createKnexImageFileRepository } from '../../../src/adapters/knex/knex-image-file-repository.ts'
import { createKnexUserRepository } from '../../../src/adapters/knex/knex-user-repository.ts'
import { partStartsMigration } from '../../../src/adapters/knex/migrations/0006-part-starts.ts'
import { migrations } from '../../../src/adapters/knex/migrations/all.ts'
import type { ImageFileUid } from '../../../src/domain/media/ids.ts'
import { O } from '../../../src/fp.ts'
import { databaseContract } from '../../contracts/database.contract.ts'
import { aNewContentExport, aNewContentFile, aNewFileJob } from '../../support/builders.ts'
import { left, right } from '../../support/expect-right.ts'
import { withDatabase } from '../../support/postgres.ts'

describe('knex database', () => {
  const { knex, connection } = withDatabase({ migrated: false })
  let pools: ReadonlyArray<Knex> = []

  const start = async (count: number) => {
    await knex().raw('drop schema public cascade')
    await knex().raw('create schema public')
    pools = Array.from({ length: count }, () => createKnex(async () => connection(), 1))
    return pools.map(createKnexDatabase)
  }

  afterEach(async () => {
    await Promise.all(pools.map((pool) => pool.destroy()))
    pools = []
  })

  databaseContract(start)

  it('keeps existing rows when it migrates', async () => {
    const [database] = await start(1)
    if (database === undefined) return expect.fail('there is no database')
    await right(database.migrate)
    await right(createKnexUserRepository(knex()).setAdmin('ann', true))
    await right(database.migrate)
    expect(await right(createKnexUserRepository(knex()).isAdmin('ann'))).to.equal(true)
  })

  it('migrates nothing, and waits for no other migration, if the tables are those of this release', async () => {
    const [database] = await start(1)
    if (database === undefined) return expect.fail('there is no database')
    await right(database.migrate)
    const other = await knex().transaction()
    await other.raw('select pg_advisory_xact_lock(727001)')
    await right(database.migrate)
    await other.rollback()
  })

  it('lets an older release start on the tables of a newer one', async () => {
    const [database] = await start(1)
    if (database === undefined) return expect.fail('there is no database')
    await right(database.migrate)
    await knex()('knex_migrations').insert({ name: '9999-of-the-future', batch: 2 })
    await right(database.migrate)
    await right(database.check)
  })

  it('[V39] assigns the previous recipe to exports of an older release, made before this release or beside it', async () => {
    const [database] = await start(1)
    if (database === undefined) return expect.fail('there is no database')
    const older = migrations.filter(({ name }) => name < '0005')
    for (const migration of older) await migration.up(knex())
    await knex().raw(
      'create table knex_migrations (id serial, name text, batch integer, migration_time timestamptz)',
    )
    await knex()('knex_migrations').insert(older.map(({ name }) => ({ name, batch: 1 })))

    await addAsOlderRelease(knex(), 'before')
    await right(database.migrate)
    await addAsOlderRelease(knex(), 'beside')
    const images = createKnexImageFileRepository(knex())
    expect(await right(images.countOutdated(2))).to.equal(2)
    const listed = await right(images.listOutdated(2, null))
    expect(listed.map(({ uid, recipe }) => [uid, recipe])).to.deep.equal([
      ['before', 1],
      ['beside', 1],
    ])
    expect(await right(images.listExports('before' as ImageFileUid))).to.have.length(1)
  })

  it('stores when each segment starts, and computes it for segments of an older release, added before or beside this one', async () => {
    const [database] = await start(1)
    if (database === undefined) return expect.fail('there is no database')
    await right(database.migrate)
    const contents = createKnexContentFileRepository(knex())
    const file = aNewContentFile()
    const { parts, ...added } = aNewContentExport()
    await right(contents.add(file, aNewFileJob()))
    await right(contents.addExports(file.uid, [{ ...added, parts: [...parts].reverse() }], null))
    const rows = () => knex()('content_file_export_parts').orderBy(['role', 'position'])
    const startsRead = () =>
      Promise.all(
        parts.map(async ({ uid }) => O.toNullable(await right(contents.findPart(uid)))?.startSeconds),
      )
    expect(await rows().pluck('start_seconds')).to.deep.equal([null, 0, 6])
    expect(await startsRead()).to.deep.equal([null, 0, 6])

    await partStartsMigration.down?.(knex())
    await knex()('knex_migrations').where({ name: partStartsMigration.name }).delete()
    await right(database.migrate)
    expect(await rows().pluck('start_seconds')).to.deep.equal([null, null, null])
    expect(await startsRead(), 'of an older release').to.deep.equal([null, 0, 6])

    await knex()('content_file_export_parts').where({ position: 1 }).update({ start_seconds: 100 })
    expect(await startsRead(), 'as stored').to.deep.equal([null, 0, 100])
  })

  it('leaves nothing behind when its connection is terminated, so that the next migration succeeds', async () => {
    const [database, next] = await start(2)
    if (database === undefined || next === undefined) return expect.fail('there is no database')
    await knex().transaction(async (other) => {
      await other.raw('create table users (id bigint)') // The new table blocks the migration, and is not visible to it before the transaction commits.
      const failedMigration = left(database.migrate)
      await terminateWaiting(knex())
      expect(await failedMigration).to.include({ _tag: 'Unavailable' })
      await other.raw('drop table users')
    })
    expect(await knex().schema.hasTable('knex_migrations')).to.equal(false)
    await right(next.migrate)
  })
})

/** Inserts an image with an export, in the schema of the release before recipes. */
const addAsOlderRelease = async (db: Knex, name: string): Promise<void> => {
  const store = async (uid: string) => {
    const [row] = await db('s3_files')
      .insert({ uid, key: uid, content_type: 'image/webp', file_size: 1, sha256: '0'.repeat(64) })
      .returning('id')
    return row.id
  }
  const [file] = await db('image_files')
    .insert({
      uid: name,
      name,
      original_s3_file_id: await store(`${name}-original`),
      original_sha512: createHash('sha512').update(name).digest('hex'),
      width: 1,
      height: 1,
      finished_at: db.fn.now(),
    })
    .returning('id')
  await db('image_file_exports').insert({
    uid: `${name}-export`,
    image_file_id: file.id,
    s3_file_id: await store(`${name}-export`),
    format: 'webp',
    width: 1,
    height: 1,
    thumbhash: '',
  })
}

/** Waits for a connection in this database that waits for a lock, and terminates it. */
const terminateWaiting = async (db: Knex): Promise<void> => {
  for (;;) {
    const { rowCount } = await db.raw(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and wait_event_type = 'Lock'`,
    )
    if (rowCount > 0) return
  }
}

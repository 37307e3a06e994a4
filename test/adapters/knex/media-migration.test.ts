import { createHash } from 'node:crypto'
import { expect } from 'chai'
import type { Knex } from 'knex'
import { createKnexDatabase } from '../../../src/adapters/knex/knex-database.ts'
import { createKnexImageFileRepository } from '../../../src/adapters/knex/knex-image-file-repository.ts'
import { createKnexMediaRepository } from '../../../src/adapters/knex/knex-media-repository.ts'
import { mediaFactsMigration } from '../../../src/adapters/knex/migrations/0010-media-facts.ts'
import { searchTextMigration } from '../../../src/adapters/knex/migrations/0015-search-text.ts'
import { migrations } from '../../../src/adapters/knex/migrations/all.ts'
import type { ImageFileUid } from '../../../src/domain/media/ids.ts'
import { right } from '../../support/expect-right.ts'
import { listAllMedia } from '../../support/media-filters.ts'
import { withDatabase } from '../../support/postgres.ts'

/** Inserts files with the columns that the release before titles knows. */
const addAsOlderRelease = async (db: Knex, name: string): Promise<void> => {
  for (const [table, facts] of [
    ['image_files', { width: 1, height: 1, public: true }],
    ['content_files', { duration_seconds: 3 }],
  ] as const) {
    const uid = `${table}-${name}`
    const [original] = await db('s3_files')
      .insert({
        uid,
        key: uid,
        content_type: 'application/octet-stream',
        file_size: 1,
        sha256: '0'.repeat(64),
      })
      .returning('id')
    await db(table).insert({
      uid,
      name: `${name}.of.${table}`,
      original_s3_file_id: original.id,
      original_sha512: createHash('sha512').update(uid).digest('hex'),
      ...facts,
    })
  }
}

describe('the migration of titles', () => {
  const { knex } = withDatabase({ migrated: false })

  it('keeps existing files as they are, and lets the older release write beside this one', async () => {
    const db = knex()
    const older = migrations.filter(({ name }) => name < mediaFactsMigration.name)
    for (const migration of older) await migration.up(db)
    await db.raw(
      'create table knex_migrations (id serial, name text, batch integer, migration_time timestamptz)',
    )
    await db('knex_migrations').insert(older.map(({ name }) => ({ name, batch: 1 })))
    await addAsOlderRelease(db, 'before')
    const times = () => db('image_files').where({ uid: 'image_files-before' }).pluck('created_at')
    const [createdAt] = await times()
    await right(createKnexDatabase(db).migrate)
    await addAsOlderRelease(db, 'beside')
    expect(await times()).to.deep.equal([createdAt])

    const media = createKnexMediaRepository(db)
    const listed = await listAllMedia(media)
    expect(listed.map(({ uid }) => uid)).to.have.members(
      ['before', 'beside'].flatMap((name) => [`image_files-${name}`, `content_files-${name}`]),
    )
    for (const item of listed) {
      expect(item).to.include({
        title: null,
        contentType: null,
        sizeBytes: 1,
        isPublic: item.kind === 'image',
      })
      expect(item.updatedAt).to.equal(item.createdAt)
    }
    const found = await listAllMedia(media, { search: 'BESIDE.OF' })
    expect(found.map(({ uid }) => uid)).to.have.members(['image_files-beside', 'content_files-beside'])

    // The older release sets `public` by a statement that knows no version.
    const uid = 'image_files-before' as ImageFileUid
    expect(await right(media.change(uid, { title: 'a title' }, [1]))).to.equal('changed')
    await db('image_files').where({ uid }).update({ public: false })
    expect(await right(media.change(uid, { title: 'another' }, [2]))).to.equal('changed')
    expect(await right(createKnexImageFileRepository(db).isPublic(uid))).to.equal(false)

    await db.transaction(async (trx) => {
      await searchTextMigration.down?.(trx)
      await mediaFactsMigration.down?.(trx)
    })
    expect(await db('image_files').pluck('name')).to.have.length(2)
    await db.transaction(async (trx) => {
      await mediaFactsMigration.up(trx)
      await searchTextMigration.up(trx)
    })
    expect(await listAllMedia(media)).to.have.length(4)
  })
})

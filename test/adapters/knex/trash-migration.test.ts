import { expect } from 'chai'
import type { Knex } from 'knex'
import { createKnexImageFileRepository } from '../../../src/adapters/knex/knex-image-file-repository.ts'
import { createKnexMediaRepository } from '../../../src/adapters/knex/knex-media-repository.ts'
import { createKnexTrash } from '../../../src/adapters/knex/knex-trash.ts'
import { trashMigration } from '../../../src/adapters/knex/migrations/0012-trash.ts'
import { migrations } from '../../../src/adapters/knex/migrations/all.ts'
import type { ImageFileUid } from '../../../src/domain/media/ids.ts'
import { aNewFileJob } from '../../support/builders.ts'
import { right } from '../../support/expect-right.ts'
import { listAllMedia } from '../../support/media-filters.ts'
import { withDatabase } from '../../support/postgres.ts'

/** Inserts a picture with the columns that the release before the trash knows. */
const addAsOlderRelease = async (db: Knex, uid: string): Promise<void> => {
  const [original] = await db('s3_files')
    .insert({ uid, key: uid, content_type: 'image/png', file_size: 1, sha256: '0'.repeat(64) })
    .returning('id')
  await db('image_files').insert({
    uid,
    name: uid,
    original_s3_file_id: original.id,
    original_sha512: uid.padEnd(128, 'a').replaceAll(/[^0-9a-f]/g, '0'),
    width: 1,
    height: 1,
    public: true,
  })
}

describe('the migration of the trash', () => {
  const { knex } = withDatabase({ migrated: false })

  it('keeps existing files, lets the older release add files beside this one, and can be taken back', async () => {
    const db = knex()
    const [before, beside] = ['if_before' as ImageFileUid, 'if_beside' as ImageFileUid]
    const older = migrations.filter(({ name }) => name < trashMigration.name)
    await db.transaction(async (trx) => {
      for (const migration of older) await migration.up(trx)
    })
    const up = () => db.transaction(async (trx) => trashMigration.up(trx))
    const down = () => db.transaction(async (trx) => trashMigration.down?.(trx))
    await addAsOlderRelease(db, before)
    await up()
    await addAsOlderRelease(db, beside)
    const listed = async (isDeleted: boolean) =>
      (await listAllMedia(createKnexMediaRepository(db), { isDeleted })).map(({ uid }) => uid)
    expect(await listed(false)).to.have.members([before, beside])
    const trash = createKnexTrash(db)
    await right(trash.delete([before], 'trash', 100))
    expect([await listed(false), await listed(true)]).to.deep.equal([[beside], [before]])
    // The older release changes what it knows of a deleted file.
    await db('image_files').where({ uid: before }).update({ public: false })
    expect(await right(createKnexImageFileRepository(db).isPublic(before))).to.equal(false)
    const failure = await down().catch(String)
    expect(failure).to.match(/files are in the trash/)
    await right(trash.restore(before, aNewFileJob()))
    await db('image_files').where({ uid: before }).update({ public: true })
    await down()
    await db.raw(`update image_files set public = false`)
    expect(await db('image_files').pluck('uid')).to.have.members([before, beside])
    await up()
    expect(await listed(false)).to.have.length(2)
  })
})

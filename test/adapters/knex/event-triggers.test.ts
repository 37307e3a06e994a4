import { expect } from 'chai'
import { createKnexContentFileRepository } from '../../../src/adapters/knex/knex-content-file-repository.ts'
import { createKnexImageFileRepository } from '../../../src/adapters/knex/knex-image-file-repository.ts'
import { createKnexJobQueue } from '../../../src/adapters/knex/knex-job-queue.ts'
import { createKnexMediaRepository } from '../../../src/adapters/knex/knex-media-repository.ts'
import { createKnexTrash } from '../../../src/adapters/knex/knex-trash.ts'
import {
  aNewContentExport,
  aNewContentFile,
  aNewFileJob,
  aNewImageExport,
  aNewImageFile,
} from '../../support/builders.ts'
import { right } from '../../support/expect-right.ts'
import { withDatabase } from '../../support/postgres.ts'

describe('the events that triggers write', () => {
  const database = withDatabase()
  beforeEach(database.empty)

  const parts = () => {
    const db = database.knex()
    return {
      db,
      images: createKnexImageFileRepository(db),
      contents: createKnexContentFileRepository(db),
      media: createKnexMediaRepository(db),
      jobs: createKnexJobQueue(db, 'test'),
      trash: createKnexTrash(db),
    }
  }

  const eventsOf = async (uid: string) => {
    const { rows } = await database
      .knex()
      .raw('select type, kind, data from events where media = ? order by xid, id', [uid])
    return rows as ReadonlyArray<{ type: string; kind: string; data: Record<string, unknown> }>
  }
  const typesOf = async (uid: string) =>
    (await eventsOf(uid)).map(({ type, data }) => [type.replace('media.', ''), data.state ?? null].join(' '))

  const addPicture = async () => {
    const file = aNewImageFile()
    await right(parts().images.add(file, aNewFileJob()))
    return file.uid
  }

  it('are those of a picture from its addition to its purge', async () => {
    const { images, media, trash } = parts()
    const uid = await addPicture()
    await right(images.addExports(uid, [aNewImageExport()], null))
    await right(media.change(uid, { title: 'A cat', metadata: { id: 7 } }, null))
    await right(media.change(uid, { isPublic: true }, null))
    await right(media.change(uid, { title: 'A cat' }, null))
    await right(media.changeAll([uid], { title: 'A dog', isPublic: false }))
    await right(images.setPublic(uid, true))
    await right(images.replaceExports(uid, [aNewImageExport()], null, 'all'))
    await right(trash.delete([uid], 'trash', 100))
    await right(trash.delete([uid], 'trash', 100))
    await right(trash.delete([uid], 'take down', 100))
    await right(trash.restore(uid, aNewFileJob()))
    const before = await eventsOf(uid)
    expect(before.map(({ type, data }) => `${type} ${data.state}`)).to.deep.equal([
      'media.created waiting',
      'media.ready ready',
      'media.changed ready',
      'media.public ready',
      'media.changed ready',
      'media.public ready',
      'media.public ready',
      'media.changed ready',
      'media.deleted ready',
      'media.deleted ready',
      'media.restored ready',
    ])
    expect(before[3]?.data).to.deep.equal({
      ...{ uid, kind: 'image', title: 'A cat', state: 'ready', public: true, metadata: { id: 7 } },
    })
    await right(trash.delete([uid], 'erase', 100))
    const after = await eventsOf(uid)
    expect(after.map(({ type }) => type)).to.deep.equal([
      ...before.map(({ type }) => type),
      'media.deleted',
      'media.purged',
    ])
    for (const { data } of after) expect(data).to.deep.equal({ uid, kind: 'image' })
  })

  it('are those of a film that fails, is tried again, and is deleted while it is made', async () => {
    const { contents, jobs, trash } = parts()
    const file = aNewContentFile()
    const job = aNewFileJob()
    await right(contents.add(file, job))
    await right(jobs.cancel(job.uid))
    await right(jobs.retry(job.uid))
    await right(jobs.take(1))
    await right(trash.delete([file.uid], 'trash', 100))
    await right(trash.restore(file.uid, aNewFileJob()))
    await right(jobs.take(1))
    await right(contents.addExports(file.uid, [aNewContentExport()], null))
    expect(await typesOf(file.uid)).to.deep.equal([
      'created waiting',
      'failed failed',
      'deleted making',
      'restored waiting',
      'ready ready',
    ])
    const [, failed] = await eventsOf(file.uid)
    expect(failed?.data.reason).to.equal('making its exports was cancelled')
  })

  it('come with the change or not at all', async () => {
    const uid = await addPicture()
    const trx = await database.knex().transaction()
    await trx.raw(`update image_files set title = 'gone' where uid = ?`, [uid])
    await trx.rollback()
    expect(await typesOf(uid)).to.deep.equal(['created waiting'])
  })

  it('are those of changes by hand, also of many files at once and of a truncation', async () => {
    const uids = [await addPicture(), await addPicture()]
    await database.knex().raw(`update image_files set title = 'x'`)
    await database.knex().raw('update image_files set version = version + 1')
    await database.knex().raw('truncate image_files cascade')
    for (const uid of uids) {
      expect(await typesOf(uid)).to.deep.equal(['created ', 'changed ', 'purged '])
      for (const { data } of await eventsOf(uid)) expect(data).to.deep.equal({ uid, kind: 'image' })
    }
  })
})

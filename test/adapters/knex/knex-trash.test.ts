import { expect } from 'chai'
import type { Knex } from 'knex'
import { createKnexContentFileRepository } from '../../../src/adapters/knex/knex-content-file-repository.ts'
import { createKnexImageFileRepository } from '../../../src/adapters/knex/knex-image-file-repository.ts'
import { createKnexJobQueue } from '../../../src/adapters/knex/knex-job-queue.ts'
import { createKnexMediaRepository } from '../../../src/adapters/knex/knex-media-repository.ts'
import { createKnexRevocations } from '../../../src/adapters/knex/knex-revocations.ts'
import { createKnexStoredFileRepository } from '../../../src/adapters/knex/knex-stored-file-repository.ts'
import { createKnexTrash } from '../../../src/adapters/knex/knex-trash.ts'
import { E, O } from '../../../src/fp.ts'
import { trashContract } from '../../contracts/trash.contract.ts'
import { trashPurgeContract } from '../../contracts/trash-purge.contract.ts'
import { trashRestoreContract } from '../../contracts/trash-restore.contract.ts'
import {
  aNewContentExport,
  aNewContentFile,
  aNewFileJob,
  aNewImageExport,
  aNewImageFile,
  aNewJob,
} from '../../support/builders.ts'
import { right } from '../../support/expect-right.ts'
import { withDatabase } from '../../support/postgres.ts'
import { pollUntilDefined } from '../../support/processes.ts'

const subjectOf = (db: Knex) => ({
  media: createKnexMediaRepository(db),
  imageFiles: createKnexImageFileRepository(db),
  contentFiles: createKnexContentFileRepository(db),
  jobs: createKnexJobQueue(db, 'test'),
  trash: createKnexTrash(db),
  revocations: createKnexRevocations(db),
  advance: async (seconds: number) => {
    const past = `make_interval(secs => ${seconds})`
    const times = `deleted_at = deleted_at - ${past}, purge_after = purge_after - ${past}`
    await db.raw(`update image_files set ${times}`)
    await db.raw(`update content_files set ${times}, grace_until = grace_until - ${past}`)
  },
})

describe('knex trash', () => {
  const database = withDatabase()

  const make = async () => {
    await database.empty()
    await database.knex().raw('update library set has_purged = false')
    return subjectOf(database.knex())
  }

  trashContract(make)
  trashPurgeContract(make)
  trashRestoreContract(make)

  /** Adds a film with exports, and puts it into the trash. */
  const addDeletedFilm = async (keepSeconds = 100) => {
    const { contentFiles, trash } = subjectOf(database.knex())
    const file = { ...aNewContentFile(), exported: aNewContentExport() }
    await right(contentFiles.add(file, aNewFileJob()))
    await right(contentFiles.addExports(file.uid, [file.exported], null))
    await right(trash.delete([file.uid], 'trash', keepSeconds))
    return file
  }

  it('keeps a film whose time has come until its grace has ended', async () => {
    const { contentFiles, trash } = subjectOf(database.knex())
    const { uid, exported } = await addDeletedFilm(0)
    expect([await right(trash.listExpired(10)), (await right(trash.purge(uid))).isPurged]).to.deep.equal([
      [],
      false,
    ])
    await database.knex().raw(`update content_files set grace_until = now() where uid = '${uid}'`)
    expect(await right(trash.isDue)).to.equal(true)
    const { count, stale } = await right(trash.endGraces(10))
    expect(count).to.equal(1)
    for (const part of exported.parts) {
      expect(stale.names).to.include(`content_files:exports:parts:${part.uid}`)
      expect(await right(contentFiles.findPart(part.uid))).to.deep.equal(O.none)
    }
    expect((await right(trash.purge(uid))).isPurged).to.equal(true)
    await right(trash.forgetPurgedObjects(await right(trash.listPurgedObjects(uid, 50))))
  })

  it('leaves a job alone that an older release has added to a deleted film', async () => {
    const { jobs, trash } = subjectOf(database.knex())
    const { uid } = await addDeletedFilm()
    const job = { kind: 'remake', media: uid, media_kind: 'content', attempts: 5 }
    const ended = { state: 'cancelled', ended_at: new Date(Date.now() + 60_000) }
    await database
      .knex()('jobs')
      .insert({ ...job, uid: 'job_waiting' })
    await database
      .knex()('jobs')
      .insert({ ...job, ...ended, uid: 'job_ended' })
    expect((await right(trash.restore(uid, aNewFileJob()))).result).to.equal('restored')
    const { items } = await right(jobs.list({ state: null, kind: 'remake', media: uid }, 10, null))
    expect(items.map(({ state }) => state)).to.deep.equal(['cancelled', 'waiting'])
  })

  it('deletes a film or adds a job to it, whichever is first, and leaves no deleted film with a job', async () => {
    const { contentFiles, jobs, trash } = subjectOf(database.knex())
    for (let round = 0; round < 20; round += 1) {
      const file = aNewContentFile()
      await right(contentFiles.add(file, aNewFileJob()))
      const job = aNewJob({ kind: 'remake', media: { kind: 'content', uid: file.uid } })
      const [added] = await Promise.all([jobs.enqueue(job)(), right(trash.delete([file.uid], 'trash', 100))])
      if (E.isLeft(added)) expect(added.left._tag).to.equal('Conflict')
      const { items } = await right(jobs.list({ state: 'waiting', kind: null, media: file.uid }, 10, null))
      expect(items).to.deep.equal([])
    }
  })

  it('names the objects of purged files until they are deleted, so that no sweep takes them for orphans', async () => {
    const { trash } = subjectOf(database.knex())
    const stored = createKnexStoredFileRepository(database.knex())
    const { uid, original } = await addDeletedFilm()
    await right(trash.delete([uid], 'erase', 0))
    expect([...(await right(stored.filterReferencedKeys([original.key, 'x'])))]).to.deep.equal([original.key])
    await right(trash.forgetPurgedObjects([original.key]))
    expect([...(await right(stored.filterReferencedKeys([original.key])))]).to.deep.equal([])
  })

  it('names blobs in the log after all values, so that no reader puts them back on a disk', async () => {
    const { uid } = await addDeletedFilm()
    const db = database.knex()
    const [newest] = await db('invalidation_log').max('id as last')
    await right(createKnexTrash(db).delete([uid], 'take down', 100))
    const rows: ReadonlyArray<{ keys: string[] }> = await db('invalidation_log')
      .where('id', '>', newest?.last)
      .orderBy('id')
    const kinds = rows.flatMap(({ keys }) => [...new Set(keys.map((name) => name.startsWith('s3_files:')))])
    expect(kinds.slice(0, 2)).to.deep.equal([false, true])
    expect(rows[0]?.keys).to.include(`taken_down:${uid}`)
  })

  it('leaves no row of an erased file but its takedown and its objects', async () => {
    await database.empty()
    const db = database.knex()
    const { imageFiles, contentFiles, trash } = subjectOf(db)
    const [image, film] = [aNewImageFile(), aNewContentFile()]
    await right(imageFiles.add(image, aNewFileJob()))
    await right(imageFiles.addExports(image.uid, [aNewImageExport({ recipe: 1 })], null))
    await right(imageFiles.replaceExports(image.uid, [aNewImageExport({ recipe: 2 })], null))
    await right(contentFiles.add(film, aNewFileJob()))
    await right(contentFiles.addExports(film.uid, [aNewContentExport()], null))
    await right(trash.delete([image.uid, film.uid], 'erase', 0))
    for (const table of [
      'image_files',
      'image_file_exports',
      'content_files',
      'content_file_exports',
      'content_file_export_parts',
      's3_files',
      'jobs',
    ])
      expect(Number((await db(table).count('* as rows'))[0]?.rows), table).to.equal(0)
    expect(Number((await db('taken_down').count('* as rows'))[0]?.rows)).to.equal(2)
  })

  it('deletes a file or commits its exports, whichever is first, never both', async () => {
    const { contentFiles, jobs, trash, media } = subjectOf(database.knex())
    for (let round = 0; round < 10; round += 1) {
      const file = aNewContentFile()
      const job = aNewFileJob()
      await right(contentFiles.add(file, job))
      const leased = await right(jobs.takeOne(job.uid))
      if (O.isNone(leased)) return expect.fail('it is not waiting')
      const completion = { lease: leased.value.lease, warnings: [] }
      const [isPublished] = await Promise.all([
        right(contentFiles.addExports(file.uid, [aNewContentExport()], completion)),
        right(trash.delete([file.uid], 'trash', 100)),
      ])
      const record = O.toNullable(await right(media.find(file.uid)))
      expect(record?.deletedAt).to.be.a('number')
      expect(record?.exports.length).to.equal(isPublished ? 1 : 0)
      const state = O.toNullable(await right(jobs.find(job.uid)))?.state
      expect(state).to.equal(isPublished ? 'done' : 'cancelled')
    }
  })

  it('has one result of deletes, restores, purges and changes at once', async () => {
    const subject = subjectOf(database.knex())
    const { trash, media, contentFiles } = subject
    for (let round = 0; round < 12; round += 1) {
      const file = aNewContentFile()
      await right(contentFiles.add(file, aNewFileJob()))
      const { uid } = file
      const isDeletedFirst = round % 2 === 0
      if (isDeletedFirst) await right(trash.delete([uid], 'trash', 0))
      const [changed, , restored, purged] = await Promise.all([
        right(media.change(uid, { title: 'x' }, null)),
        right(trash.delete([uid], round % 3 === 0 ? 'take down' : 'trash', 0)),
        right(trash.restore(uid, aNewFileJob())),
        right(trash.purge(uid)),
        right(trash.delete([uid], 'trash', 0)),
      ])
      expect(['changed', 'deleted', 'missing']).to.include(changed)
      const record = O.toNullable(await right(media.find(uid)))
      expect(record === null).to.equal(purged.isPurged)
      if (purged.isPurged) continue
      const { items } = await right(subject.jobs.list({ state: null, kind: null, media: uid }, 10, null))
      const active = items.filter(({ state }) => state === 'waiting')
      expect(active.length, restored.result).to.equal(record?.deletedAt === null ? 1 : 0)
    }
  })

  it('has no wrong version for a change of any version while the file is restored', async () => {
    const { trash, media, imageFiles } = subjectOf(database.knex())
    const file = aNewImageFile()
    await right(imageFiles.add(file, aNewFileJob()))
    await right(trash.delete([file.uid], 'trash', 100))
    const other = await database.knex().transaction()
    await other.raw('lock table content_files in exclusive mode')
    let isSettled = false
    const changing = right(media.change(file.uid, { title: 'x' }, null)).finally(() => {
      isSettled = true
    })
    await pollUntilDefined(async () => {
      const { rows } = await database.knex().raw('select from pg_locks where not granted')
      return isSettled || rows.length > 0 ? true : undefined
    })
    await other.raw('update image_files set deleted_at = null, purge_after = null')
    await other.commit()
    expect(await changing).to.equal('deleted')
    expect(await right(media.change(file.uid, { title: 'x' }, null))).to.equal('changed')
  })

  it('deletes batches in any order without waiting for each other for ever', async () => {
    const { trash, media, contentFiles, imageFiles } = subjectOf(database.knex())
    const uids: string[] = []
    for (let n = 0; n < 6; n += 1) {
      const [image, film] = [aNewImageFile(), aNewContentFile()]
      await right(imageFiles.add(image, aNewFileJob()))
      await right(contentFiles.add(film, aNewFileJob()))
      uids.push(image.uid, film.uid)
    }
    const batches = [uids, [...uids].reverse(), uids.slice(3), [...uids.slice(0, 9)].reverse()]
    await Promise.all(
      batches.flatMap((batch) => [
        right(trash.delete(batch, 'take down', 100)),
        right(media.changeAll(batch, { title: 'x' })),
        ...batch.map((uid) => right(trash.restore(uid, aNewFileJob()))),
      ]),
    )
  })
})

import { expect } from 'chai'
import type { Knex } from 'knex'
import { createKnex } from '../../../src/adapters/knex/create-knex.ts'
import { createKnexContentFileRepository } from '../../../src/adapters/knex/knex-content-file-repository.ts'
import { createKnexFetchRepository } from '../../../src/adapters/knex/knex-fetch-repository.ts'
import { createKnexImageFileRepository } from '../../../src/adapters/knex/knex-image-file-repository.ts'
import { createKnexJobQueue } from '../../../src/adapters/knex/knex-job-queue.ts'
import { createKnexMediaRepository } from '../../../src/adapters/knex/knex-media-repository.ts'
import { createKnexRevocations } from '../../../src/adapters/knex/knex-revocations.ts'
import { createKnexStoredFileRepository } from '../../../src/adapters/knex/knex-stored-file-repository.ts'
import { createKnexTicketRepository } from '../../../src/adapters/knex/knex-ticket-repository.ts'
import { createKnexTrash } from '../../../src/adapters/knex/knex-trash.ts'
import { createKnexUploadRepository } from '../../../src/adapters/knex/knex-upload-repository.ts'
import { createKnexUserRepository } from '../../../src/adapters/knex/knex-user-repository.ts'
import { createKnexWebhookDeliveries } from '../../../src/adapters/knex/knex-webhook-deliveries.ts'
import { createKnexWebhookRepository } from '../../../src/adapters/knex/knex-webhook-repository.ts'
import { createPostgresEventLog } from '../../../src/adapters/knex/postgres-event-log.ts'
import { noProgress } from '../../../src/domain/jobs/job.ts'
import type { UploadUid } from '../../../src/domain/media/ids.ts'
import type { TE } from '../../../src/fp.ts'
import type { JobQueue } from '../../../src/ports/job-queue.ts'
import {
  aContentExportUid,
  aContentPartUid,
  aNewContentExport,
  aNewContentFile,
  aNewFileJob,
  aNewImageExport,
  aNewImageFile,
  aNewJob,
  anImageExportUid,
  anUploadUid,
} from '../../support/builders.ts'
import { filesBelow, readText } from '../../support/contract.ts'
import { right } from '../../support/expect-right.ts'
import { anyMedia } from '../../support/media-filters.ts'
import { withDatabase } from '../../support/postgres.ts'
import { aNewWebhook } from '../../support/webhook-scene.ts'

describe('the tables', () => {
  const database = withDatabase()

  beforeEach(database.empty)

  it('have an index for every query', async () => {
    const db = createKnex(async () => database.connection(), 1)
    await runEveryQuery(db)
    await db.raw('set enable_seqscan = off') // With this setting even an empty table uses a suitable index.
    const { rows: statements } = await db.raw(
      `select name, statement from pg_prepared_statements where name like '%.%'`,
    )
    const names: ReadonlyArray<string> = statements.map(({ name }: { readonly name: string }) => name)
    expect(
      writtenNames().filter(
        (written) => !(written in withoutIndex) && !names.some((name) => name.endsWith(written)),
      ),
      'queries that runEveryQuery does not run',
    ).to.deep.equal([])
    for (const { name, statement } of statements) {
      const { rows } = await db.raw(`explain (generic_plan) ${statement}`.replaceAll('?', '\\?'))
      expect(JSON.stringify(rows), name).to.not.include('Seq Scan')
    }
    await db.destroy()
  })

  it('have an index for every foreign key, so that removing a file stays fast', async () => {
    const { rows } = await database.knex().raw(`
      select conrelid::regclass::text as table, conkey[1] as column from pg_constraint c
      where contype = 'f' and not exists (
        select from pg_index i where i.indrelid = c.conrelid and i.indkey[0] = c.conkey[1]
      )`)
    expect(rows).to.deep.equal([])
  })

  it('keep no row of a removed unfinished file', async () => {
    const db = database.knex()
    const image = aNewImageFile()
    const content = aNewContentFile()
    await right(createKnexImageFileRepository(db).add(image, aNewFileJob()))
    await right(createKnexContentFileRepository(db).add(content, aNewFileJob()))
    expect(await count(db, 's3_files')).to.equal(2)
    await right(createKnexImageFileRepository(db).removeUnfinished(image.uid))
    await right(createKnexContentFileRepository(db).removeUnfinished(content.uid))
    expect(await count(db, 's3_files')).to.equal(0)
  })

  it('keep no stored file of a duplicate original', async () => {
    const db = database.knex()
    const image = aNewImageFile()
    await right(createKnexImageFileRepository(db).add(image, aNewFileJob()))
    await right(createKnexImageFileRepository(db).add(aNewImageFile({ sha512: image.sha512 }), aNewFileJob()))
    expect(await count(db, 's3_files')).to.equal(1)
  })

  it('[V39] keep no stored file of a removed replaced export', async () => {
    const db = database.knex()
    const images = createKnexImageFileRepository(db)
    const contents = createKnexContentFileRepository(db)
    const image = aNewImageFile()
    const content = aNewContentFile()
    await right(images.add(image, aNewFileJob()))
    await right(contents.add(content, aNewFileJob()))
    const before = { images: [aNewImageExport({ recipe: 1 })], contents: [aNewContentExport({ recipe: 1 })] }
    await right(images.addExports(image.uid, before.images, null))
    await right(contents.addExports(content.uid, before.contents, null))
    const stored = await count(db, 's3_files')
    await right(images.replaceExports(image.uid, [aNewImageExport({ recipe: 2 })], null))
    await right(contents.replaceExports(content.uid, [aNewContentExport({ recipe: 2 })], null))
    expect(await count(db, 's3_files')).to.equal(2 * stored - 2)
    for (const { uid } of before.images) await right(images.removeReplaced(uid))
    for (const { uid } of before.contents) await right(contents.removeReplaced(uid))
    expect(await count(db, 's3_files')).to.equal(stored)
    expect(await count(db, 'content_file_export_parts')).to.equal(3)
  })

  it('[V39] keep the old exports when the new ones are refused', async () => {
    const db = database.knex()
    const contents = createKnexContentFileRepository(db)
    const content = aNewContentFile()
    await right(contents.add(content, aNewFileJob()))
    await right(contents.addExports(content.uid, [aNewContentExport({ recipe: 1 })], null))
    const late = [aNewContentExport({ recipe: 2 }), aNewContentExport({ recipe: 2, targetDuration: null })]
    expect(await violated(contents.replaceExports(content.uid, late, null))).to.equal(true)
    expect(await right(contents.countOutdated(2))).to.equal(1)
    expect(await right(contents.listReplaced(-60_000, null))).to.deep.equal([])
  })

  it('keep none of the new exports when one of them is refused', async () => {
    const db = database.knex()
    const images = createKnexImageFileRepository(db)
    const contents = createKnexContentFileRepository(db)
    const image = aNewImageFile()
    const content = aNewContentFile()
    await right(images.add(image, aNewFileJob()))
    await right(contents.add(content, aNewFileJob()))

    const flat = [aNewImageExport(), aNewImageExport({ width: 0 })]
    const late = [aNewContentExport(), aNewContentExport({ targetDuration: null })]
    expect(await violated(images.addExports(image.uid, flat, null))).to.equal(true)
    expect(await violated(contents.addExports(content.uid, late, null))).to.equal(true)
    expect(await count(db, 's3_files')).to.equal(2)
    expect(await right(images.listUnfinished)).to.have.length(1)
    expect(await right(contents.listUnfinished)).to.have.length(1)

    expect(await right(images.addExports(image.uid, [aNewImageExport()], null))).to.equal(true)
  })
})

/** Returns whether the database rejects a write. This is an exception, because it is a fault of the program. */
const violated = (write: TE.TaskEither<unknown, unknown>): Promise<boolean> =>
  write().then(
    () => false,
    (error: unknown) => error instanceof Error && error.message.includes('violates check constraint'),
  )

/** Queries that need no index, each with the reason. Tests of their adapters run them. */
const withoutIndex: Readonly<Record<string, string>> = {
  'cache_purges.find': 'there are few purges',
  'cache_purges.forget': 'there are few purges',
  'instances.list': 'there are few instances, and all are listed',
  'invalidation.prune': 'it calls a function of the database',
  'library.uid': 'the table has one row',
  'locks.oldest': 'it reads the locks of the server',
}

/** Returns the names of the prepared statements in the sources. A name that begins with a variable begins with `.`. */
const writtenNames = (): ReadonlyArray<string> =>
  filesBelow(['src/adapters/knex'], /\.ts$/).flatMap((file) =>
    [
      ...readText(file).matchAll(
        /\b(?:select(?:One|Many)|writeMany)(?:<[^(]*>)?\(\s*(?:'(?:read|background)',\s*)?(?:'(\w+\.\w+)'|`\$\{\w+\}(\.\w+)`)/g,
      ),
    ].map(([, whole, end]) => whole ?? end ?? ''),
  )

/** Runs each query of the repositories and of the queue once. */
const runEveryQuery = async (db: Knex): Promise<void> => {
  await runEveryQueryOfJobs(createKnexJobQueue(db, 'test'))
  await runEveryQueryOfWebhooks(db)
  const images = createKnexImageFileRepository(db)
  const contents = createKnexContentFileRepository(db)
  const { uid: imageUid } = aNewImageFile()
  const { uid: contentUid } = aNewContentFile()
  await right(createKnexUserRepository(db).isAdmin('ann'))
  await right(createKnexUserRepository(db).listAdmins(null, 50))
  await right(createKnexTicketRepository(db).find(''))
  const fetches = createKnexFetchRepository(db)
  await right(fetches.list('here', 5))
  await right(fetches.findReason(anUploadUid(), 'ann'))
  const revocations = createKnexRevocations(db)
  await right(revocations.findNotBefore({ kind: 'uid', subject: imageUid }))
  await right(revocations.listSince(null))
  await right(revocations.list(null, 50))
  await right(createKnexMediaRepository(db).list({ ...anyMedia, search: 'file' }, 50, null))
  const stored = createKnexStoredFileRepository(db)
  await right(stored.storeMarks)
  await right(stored.filterReferencedKeys(['s3_files/x']))
  await right(stored.listRows('s3_files/', 's3_files0', 5))
  await right(stored.findUses(['s3_files/x']))
  await right(images.listExports(imageUid))
  await right(images.findExport(anImageExportUid()))
  await right(images.isPublic(imageUid))
  await right(images.findByOriginal(''))
  await right(images.findIngested(imageUid))
  await right(images.countOutdated(2))
  await right(images.listOutdated(2, null))
  await right(images.listReplaced(0, null))
  await right(images.listUnfinished)
  await right(images.first)
  await right(images.findState(imageUid))
  await right(contents.findState(contentUid))
  await right(contents.isPublic(contentUid))
  await right(contents.find(contentUid))
  await right(contents.findVod(aContentExportUid()))
  await right(contents.listParts(aContentExportUid()))
  await right(contents.listKeyframes(aContentExportUid()))
  await right(contents.findPart(aContentPartUid()))
  await right(contents.findByOriginal(''))
  await right(contents.findIngested(contentUid))
  await right(contents.countOutdated(2))
  await right(contents.listOutdated(2, null))
  await right(contents.listReplaced(0, null))
  await right(contents.listUnfinished)
  await right(contents.first)
  await right(createKnexMediaRepository(db).find(imageUid))
  await right(createKnexMediaRepository(db).findOriginal(imageUid))
  await right(createPostgresEventLog(db, () => Promise.reject(new Error('not needed'))).prune(0))
  const trash = createKnexTrash(db)
  await right(trash.listExpired(10))
  await right(trash.listPurgedObjects(null, 10))
  await right(trash.listPurgedObjects(imageUid, 10))
  await right(trash.findErasure(imageUid))
  await right(trash.isDue)
  await right(trash.isInTrash(imageUid))
  await right(trash.findTwin(''))
  await right(trash.listTakenDown(null, 10))
  await right(trash.countExpired)
  await right(trash.listRefusedBytes(null, 10))
  await right(trash.acceptBytes('x'))
  await right(trash.listBlobsOfTakenDown(['if_x']))
  await right(trash.hasDeleted)
  const uploads = createKnexUploadRepository(db, 60)
  const upload = 'up_none' as UploadUid
  await right(uploads.find(upload))
  await right(uploads.isReceived(imageUid))
  await right(uploads.statesOf([upload]))
  await right(uploads.listReceived('f', 10))
  await right(uploads.listStranded('f', 0, 10))
  await right(uploads.listForsaken('f', 0, 10))
  await right(uploads.advance(upload, { from: 0, offset: 1, hashes: { sha512: '' } }))
  await right(uploads.adopt(upload, { kind: 'image', media: imageUid, job: null }))
  await right(uploads.refuse(upload, 'no'))
  await right(uploads.forget(0, 10))
}

const runEveryQueryOfJobs = async (jobs: JobQueue): Promise<void> => {
  const { uid, ...job } = aNewJob()
  await jobs.enqueue({ uid, ...job })()
  await right(jobs.take(0))
  await right(jobs.takeOne(uid))
  await right(jobs.renew({ job: uid, token: '00000000-0000-0000-0000-000000000000' }, noProgress))
  await right(jobs.reap)
  await right(jobs.prune(0, 1000))
  await right(jobs.hasWorkers)
  await right(jobs.oldestRunningAge)
  await right(jobs.find(uid))
  for (const state of [null, 'failed'] as const)
    for (const kind of [null, 'exports'] as const)
      for (const media of [null, job.media.uid]) await right(jobs.list({ state, kind, media }, 10, null))
  await right(jobs.retry(uid))
  await right(jobs.cancel(uid))
  await right(jobs.setPriority(uid, 1))
}

const runEveryQueryOfWebhooks = async (db: Knex): Promise<void> => {
  const webhooks = createKnexWebhookRepository(db)
  const deliveries = createKnexWebhookDeliveries(db)
  const { uid } = aNewWebhook()
  await right(webhooks.list)
  await right(webhooks.find(uid))
  await right(webhooks.findDelivery(uid, 1))
  for (const state of [null, 'failed'] as const)
    await right(webhooks.listDeliveries(uid, { state }, 10, null))
  await right(deliveries.take)
  await right(deliveries.prune(10))
}

const count = async (db: Knex, table: string): Promise<number> => {
  const [row] = await db(table).count('* as rows')
  return Number(row?.rows)
}

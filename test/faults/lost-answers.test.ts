import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import type { Knex } from 'knex'
import { createKnex } from '../../src/adapters/knex/create-knex.ts'
import { defaultDatabaseLimits } from '../../src/adapters/knex/database-limits.ts'
import { createKnexContentFileRepository } from '../../src/adapters/knex/knex-content-file-repository.ts'
import { createKnexImageFileRepository } from '../../src/adapters/knex/knex-image-file-repository.ts'
import { createKnexJobQueue } from '../../src/adapters/knex/knex-job-queue.ts'
import { createMemoryObjectStore } from '../../src/adapters/memory/memory-object-store.ts'
import { createMemoryUserRepository } from '../../src/adapters/memory/memory-user-repository.ts'
import { addFile } from '../../src/domain/ingest/add-file.ts'
import { outcomeUnknown, refused } from '../../src/domain/shared/errors.ts'
import { O, TE } from '../../src/fp.ts'
import type { ImageProcessor } from '../../src/ports/image-processor.ts'
import type { ObjectStore } from '../../src/ports/object-store.ts'
import { aNewImageExport, anImageFileUid } from '../support/builders.ts'
import { type DatabaseProxy, startDatabaseProxy } from '../support/database-proxy.ts'
import { left, right } from '../support/expect-right.ts'
import { createFaultyObjectStore, type FaultyObjectStore } from '../support/faulty-object-store.ts'
import { createMemoryLarder } from '../support/memory-larder.ts'
import { poster } from '../support/pictures.ts'
import { withDatabase } from '../support/postgres.ts'

/** Limits that are long enough for a busy machine. */
const limits = { ...defaultDatabaseLimits, statement: 4000, breaker: 0 }

const addOptions = { isPublic: false, onRegistered: () => {}, onProgress: () => {} }

/** Makes three exports of a few bytes, because only their rows and objects matter here. */
const images: ImageProcessor = {
  inspect: () =>
    TE.right({
      width: 64,
      height: 36,
      hasAlpha: false,
      isAnimated: false,
      pages: 1,
      isHdr: false,
      leftOut: [],
    }),
  render: (_, __, folder) => async () => {
    const formats = ['avif', 'webp', 'jpeg'] as const
    const files = formats.map((format) => ({ format, path: path.join(folder, format) }))
    await Promise.all(files.map((file) => writeFile(file.path, file.format)))
    return TE.right(
      files.map((file) => ({ ...file, width: 64, height: 36, thumbhash: 'AA==', size: file.format.length })),
    )()
  },
}

describe('writes whose response is lost', () => {
  const database = withDatabase()
  let folder: string
  let picture: string
  let proxy: DatabaseProxy
  let db: Knex
  let inner: ObjectStore
  let faulty: FaultyObjectStore

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'larder-lost-'))
    picture = path.join(folder, 'poster.png')
    await writeFile(picture, await poster(64).png().toBuffer())
  })
  after(() => rm(folder, { recursive: true }))

  beforeEach(async () => {
    await database.empty()
    proxy = await startDatabaseProxy(database.connection())
    db = createKnex(async () => proxy.connection, 4, { limits })
    inner = createMemoryObjectStore()
    faulty = createFaultyObjectStore(inner)
  })

  afterEach(async () => {
    await db.destroy()
    await proxy.close()
  })

  const makeLarder = (overrides: Parameters<typeof createMemoryLarder>[0] = {}) =>
    createMemoryLarder({
      store: faulty.store,
      images,
      imageFiles: createKnexImageFileRepository(db),
      contentFiles: createKnexContentFileRepository(db),
      jobs: createKnexJobQueue(db, 'test'),
      ...overrides,
    })

  const has = async (key: string): Promise<boolean> =>
    O.isSome(await right(inner.read(key, { start: 0, end: 1 })))

  /** Returns the keys of objects that rows name, and the keys among them whose object is missing. */
  const storedFiles = async () => {
    const { rows } = await database.knex().raw('select key from s3_files')
    const keys = rows.map(({ key }: { readonly key: string }) => key)
    const missing: string[] = []
    for (const key of keys) if (!(await has(key))) missing.push(key)
    return { keys, missing }
  }

  for (const how of ['reset', 'silent'] as const) {
    it(`[V20] keep the objects of exports if the response to COMMIT is lost (${how})`, async () => {
      const larder = await makeLarder()
      // The first COMMIT is that of the file's row and its job.
      let answered: Promise<void> = Promise.resolve()
      const onRegistered = () => {
        answered = proxy.loseAnswerTo('COMMIT', how)
      }
      // The job, which ended in the same transaction, tells that the exports were published.
      const added = await right(addFile(larder, picture, { ...addOptions, onRegistered }))
      await answered
      expect(added).to.include({ state: 'ready' })
      const { keys, missing } = await storedFiles()
      expect(keys.length).to.be.greaterThan(3)
      expect(missing).to.deep.equal([])
      // The second attempt finds everything in place.
      await right(addFile(larder, picture, addOptions))
      expect(await storedFiles()).to.deep.equal({ keys, missing: [] })
    })
  }

  it('[V20] keep the original if the response to the COMMIT of its row is lost', async () => {
    const larder = await makeLarder()
    void proxy.loseAnswerTo('COMMIT', 'reset')
    expect(await left(addFile(larder, picture, addOptions))).to.include({ mayHaveHappened: true })
    const { keys, missing } = await storedFiles()
    expect([keys.length, missing]).to.deep.equal([1, []])
    await right(addFile(larder, picture, addOptions))
    expect((await storedFiles()).missing).to.deep.equal([])
  })

  it('[V20] delete stored exports if the transaction did not reach its COMMIT', async () => {
    const larder = await makeLarder()
    void proxy.loseAnswerTo('insert into "image_file_exports"', 'reset')
    expect(await left(addFile(larder, picture, addOptions))).to.not.have.property('mayHaveHappened')
    const puts = faulty.calls().filter(({ operation }) => operation === 'put')
    const stored = await Promise.all(puts.map(({ key }) => has(key)))
    expect(stored.filter(Boolean).length, 'only the original').to.equal(1)
  })

  it('[V20] keep an original whose file another process finished while this one refused it', async () => {
    let uid = anImageFileUid()
    const refusing = await makeLarder({
      images: {
        ...images,
        render: () => async () => {
          // Another process finishes the file first.
          await right(createKnexImageFileRepository(db).addExports(uid, [aNewImageExport()], null))
          return TE.left(refused('it took too long'))()
        },
      },
    })
    const onRegistered = (file: { readonly uid: string }) => {
      uid = file.uid as typeof uid
    }
    await left(addFile(refusing, picture, { ...addOptions, onRegistered }))
    const original = faulty.calls().find(({ operation }) => operation === 'put')?.key ?? ''
    expect(await has(original)).to.equal(true)
  })

  it('[V20] keep an original if the response to the removal of its row is lost', async () => {
    const larder = await makeLarder({
      images: { ...images, render: () => TE.left(refused('it has no pixels')) },
    })
    void proxy.loseAnswerTo('delete from image_files', 'reset')
    expect(await left(addFile(larder, picture, addOptions))).to.include({ _tag: 'Refused' })
    const deletes = faulty.calls().filter(({ operation }) => operation === 'delete')
    expect(deletes).to.deep.equal([])
  })

  it('[V20] delete no object if the response to its put is lost', async () => {
    const larder = await makeLarder()
    faulty.when(({ operation, nth }) =>
      operation === 'put' && nth === 1 && faulty.puts() > 2 ? { kind: 'unavailable' } : null,
    )
    const failure = await left(addFile(larder, picture, addOptions))
    expect(failure).to.include({ _tag: 'Unavailable', dependency: 'object store' })
    const failed = faulty.calls().findLast(({ operation }) => operation === 'put')?.key
    const deleted = faulty.calls().filter(({ operation }) => operation === 'delete')
    expect(deleted.map(({ key }) => key)).to.not.include(failed)
    expect(deleted.length).to.equal(1)
  })

  it('[V20] delete the cached right of an admin if the response to its change is lost', async () => {
    let isAdmin = true
    const { admins, idTokenIssuer } = await makeLarder({
      users: {
        ...createMemoryUserRepository(),
        isAdmin: () => async () => TE.right(isAdmin)(),
        setAdmin: (_, admin) => async () => {
          isAdmin = admin
          return TE.left(outcomeUnknown('database')('no answer'))()
        },
      },
    })
    const token = await right(idTokenIssuer.mint('ann', 3600))
    await right(admins.authenticate(token))
    await left(admins.setAdmin('ann', false))
    expect(await left(admins.authenticate(token))).to.include({ _tag: 'Forbidden' })
  })
})

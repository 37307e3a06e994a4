import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import type { Knex } from 'knex'
import { createKnex } from '../../src/adapters/knex/create-knex.ts'
import { usualDatabaseLimits } from '../../src/adapters/knex/database-limits.ts'
import { createKnexContentFileRepository } from '../../src/adapters/knex/knex-content-file-repository.ts'
import { createKnexImageFileRepository } from '../../src/adapters/knex/knex-image-file-repository.ts'
import { createMemoryObjectStore } from '../../src/adapters/memory/memory-object-store.ts'
import { addFile } from '../../src/domain/ingest/add-file.ts'
import { outcomeUnknown, refused } from '../../src/domain/shared/errors.ts'
import { O, TE } from '../../src/fp.ts'
import type { ImageProcessor } from '../../src/ports/image-processor.ts'
import type { ObjectStore } from '../../src/ports/object-store.ts'
import { type DatabaseProxy, startDatabaseProxy } from '../support/database-proxy.ts'
import { left, right } from '../support/expect-right.ts'
import { createFaultyObjectStore, type FaultyObjectStore } from '../support/faulty-object-store.ts'
import { createMemoryLarder } from '../support/memory-larder.ts'
import { poster } from '../support/pictures.ts'
import { withDatabase } from '../support/postgres.ts'

/** Long enough for a busy machine. */
const limits = { ...usualDatabaseLimits, statement: 4000, breaker: 0 }

const quietly = { isPublic: false, onKnown: () => {}, onProgress: () => {} }

/** Three exports of a few bytes: what matters here is what becomes of their rows and objects. */
const images: ImageProcessor = {
  inspect: () =>
    TE.right({ width: 64, height: 36, hasAlpha: false, isAnimated: false, pages: 1, isHdr: false }),
  render: (_, __, folder) => async () => {
    const formats = ['avif', 'webp', 'jpeg'] as const
    const made = formats.map((format) => ({ format, path: path.join(folder, format) }))
    await Promise.all(made.map((one) => writeFile(one.path, one.format)))
    return TE.right(
      made.map((one) => ({ ...one, width: 64, height: 36, thumbhash: 'AA==', size: one.format.length })),
    )()
  },
}

describe('writes whose answer is lost', () => {
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
      ...overrides,
    })

  const has = async (key: string): Promise<boolean> =>
    O.isSome(await right(inner.read(key, { start: 0, end: 1 })))

  /** Keys of objects that rows name, and of those the ones that are not there. */
  const storedFiles = async () => {
    const { rows } = await database.knex().raw('select key from s3_files')
    const keys = rows.map(({ key }: { readonly key: string }) => key)
    const missing: string[] = []
    for (const key of keys) if (!(await has(key))) missing.push(key)
    return { keys, missing }
  }

  for (const how of ['reset', 'silent'] as const) {
    it(`[V20] leaves the objects of exports whose COMMIT was not answered (${how})`, async () => {
      const larder = await makeLarder()
      const answered = proxy.loseAnswerTo('COMMIT', how)
      const failure = await left(addFile(larder, picture, quietly))
      await answered
      expect(failure).to.include({ dependency: 'database', mayHaveHappened: true })
      const { keys, missing } = await storedFiles()
      expect(keys.length).to.be.greaterThan(3)
      expect(missing).to.deep.equal([])
      // The second try finds everything in place.
      await right(addFile(larder, picture, quietly))
      expect(await storedFiles()).to.deep.equal({ keys, missing: [] })
    })
  }

  it('[V20] leaves the original whose row was not answered for', async () => {
    const larder = await makeLarder()
    void proxy.loseAnswerTo('insert into image_files', 'reset')
    expect(await left(addFile(larder, picture, quietly))).to.include({ mayHaveHappened: true })
    const { keys, missing } = await storedFiles()
    expect([keys.length, missing]).to.deep.equal([1, []])
    await right(addFile(larder, picture, quietly))
    expect((await storedFiles()).missing).to.deep.equal([])
  })

  it('[V20] takes back what it stored when the transaction never came to its COMMIT', async () => {
    const larder = await makeLarder()
    void proxy.loseAnswerTo('insert into "image_file_exports"', 'reset')
    expect(await left(addFile(larder, picture, quietly))).to.not.have.property('mayHaveHappened')
    const puts = faulty.calls().filter(({ operation }) => operation === 'put')
    const kept = await Promise.all(puts.map(({ key }) => has(key)))
    expect(kept.filter(Boolean).length, 'the original alone').to.equal(1)
  })

  it('[V20] leaves an original whose file was finished by another while its own making was refused', async () => {
    const refusing = await makeLarder({
      images: {
        ...images,
        render: () => async () => {
          // Another process is faster.
          await right(addFile(await makeLarder(), picture, quietly))
          return TE.left(refused('it took too long'))()
        },
      },
    })
    await left(addFile(refusing, picture, quietly))
    expect((await storedFiles()).missing).to.deep.equal([])
  })

  it('[V20] leaves an original whose removal was not answered for', async () => {
    const larder = await makeLarder({
      images: { ...images, render: () => TE.left(refused('it has no pixels')) },
    })
    void proxy.loseAnswerTo('delete from image_files', 'reset')
    expect(await left(addFile(larder, picture, quietly))).to.include({ _tag: 'Refused' })
    const deletes = faulty.calls().filter(({ operation }) => operation === 'delete')
    expect(deletes).to.deep.equal([])
  })

  it('[V20] deletes no object whose put was not answered', async () => {
    const larder = await makeLarder()
    faulty.when(({ operation, nth }) =>
      operation === 'put' && nth === 1 && faulty.puts() > 2 ? { kind: 'unavailable' } : null,
    )
    const failure = await left(addFile(larder, picture, quietly))
    expect(failure).to.include({ _tag: 'Unavailable', dependency: 'object store' })
    const failed = faulty.calls().findLast(({ operation }) => operation === 'put')?.key
    const deleted = faulty.calls().filter(({ operation }) => operation === 'delete')
    expect(deleted.map(({ key }) => key)).to.not.include(failed)
    expect(deleted.length).to.equal(1)
  })

  it('[V20] forgets what the cache says of an admin whose change was not answered', async () => {
    let isAdmin = true
    const { admins, idTokenIssuer } = await makeLarder({
      users: {
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

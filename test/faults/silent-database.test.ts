import { expect } from 'chai'
import type { Knex } from 'knex'
import { createKnex, type PgConnection } from '../../src/adapters/knex/create-knex.ts'
import { defaultDatabaseLimits } from '../../src/adapters/knex/database-limits.ts'
import { createKnexContentFileRepository } from '../../src/adapters/knex/knex-content-file-repository.ts'
import { createKnexDatabase } from '../../src/adapters/knex/knex-database.ts'
import { createKnexImageFileRepository } from '../../src/adapters/knex/knex-image-file-repository.ts'
import { createKnexUserRepository } from '../../src/adapters/knex/knex-user-repository.ts'
import { E } from '../../src/fp.ts'
import { aNewFileJob, aNewImageExport, aNewImageFile, aStoredFile } from '../support/builders.ts'
import { type DatabaseProxy, startDatabaseProxy } from '../support/database-proxy.ts'
import { createDiskLarder, type DiskLarder } from '../support/disk-larder.ts'
import { exchange } from '../support/exchange.ts'
import { left, right } from '../support/expect-right.ts'
import { type SeededImage, seedImage } from '../support/library.ts'
import { createStandingClock, listen, type TestServer } from '../support/memory-larder.ts'
import { withDatabase } from '../support/postgres.ts'
import { pollUntilTrue } from '../support/processes.ts'
import { removeScratch } from '../support/scratch.ts'

/** Limits that are short, but long enough for a busy machine. */
const limits = {
  ...defaultDatabaseLimits,
  connect: 1500,
  acquire: 2500,
  read: 1500,
  statement: 1500,
  breaker: 50,
}

describe('a database that stops responding', () => {
  const database = withDatabase()
  let proxy: DatabaseProxy
  let db: Knex

  beforeEach(async () => {
    await database.empty()
    proxy = await startDatabaseProxy(database.connection())
    db = createKnex(async () => proxy.connection, 4, { limits })
  })

  afterEach(async () => {
    await db.destroy()
    await proxy.close()
  })

  const silence = () => proxy.set({ kind: 'silent' })
  const heal = () => proxy.set({ kind: 'pass' })
  const isWell = async () => E.isRight(await createKnexUserRepository(db).isAdmin('ann')())

  it('[V21] makes each statement fail, and leaves no connection open', async () => {
    const users = createKnexUserRepository(db)
    await Promise.all(Array.from({ length: 8 }, () => right(users.isAdmin('ann'))))
    silence()
    for (let round = 0; round < 3; round += 1) {
      const all = await Promise.all(Array.from({ length: 20 }, () => left(users.isAdmin('ann'))))
      for (const failure of all) expect(failure).to.include({ _tag: 'Unavailable', dependency: 'database' })
    }
    heal()
    await pollUntilTrue(isWell)
    await Promise.all(Array.from({ length: 20 }, () => right(users.isAdmin('ann'))))
  })

  it('[V21] makes statements fail at once after one has timed out', async () => {
    const patient = createKnex(async () => proxy.connection, 4, { limits: { ...limits, breaker: 60_000 } })
    const users = createKnexUserRepository(patient)
    await right(users.isAdmin('ann'))
    silence()
    await left(users.isAdmin('ann'))
    const before = proxy.connections()
    const all = await Promise.all(Array.from({ length: 1000 }, () => left(users.isAdmin('ann'))))
    for (const { cause } of all) expect(String(cause)).to.include('did not answer a moment ago')
    expect(proxy.connections()).to.be.at.most(before)
    await patient.destroy()
  })

  it('[V21] makes a write fail as one that may have happened, unless it was not sent', async () => {
    const users = createKnexUserRepository(db)
    await right(users.isAdmin('ann'))
    silence()
    expect(await left(users.setAdmin('ann', true))).to.include({ mayHaveHappened: true })
    expect(await left(users.setAdmin('ann', true))).to.not.have.property('mayHaveHappened')
  })

  for (const statement of ['BEGIN', 'update "image_files"', 'insert into "image_file_exports"', 'COMMIT'])
    it(`[V21] makes a transaction fail if ${statement} gets no response`, async () => {
      const images = createKnexImageFileRepository(db)
      const file = aNewImageFile()
      await right(images.add(file, aNewFileJob()))
      void proxy.loseAnswerTo(statement, 'silent')
      const adding = images.addExports(file.uid, [aNewImageExport({ file: aStoredFile() })], null)
      const failure = await left(adding)
      expect(failure.mayHaveHappened ?? false).to.equal(statement === 'COMMIT')
      // The server rolls an open transaction back when its connection breaks.
      await pollUntilTrue(async () => E.isRight(await adding()))
    })

  it('[V21] makes a check and a migration fail, whichever statement gets no response', async () => {
    const { check, migrate } = createKnexDatabase(db)
    await right(check)
    silence()
    await left(check)
    heal()
    await pollUntilTrue(async () => E.isRight(await migrate()))
    for (const statement of ['to_regclass', 'pg_try_advisory_xact_lock', 'BEGIN']) {
      await db.raw(`
        drop table revocations;
        drop function announce_revocations();
        delete from knex_migrations where name = '0009-revocations'`)
      void proxy.loseAnswerTo(statement, 'silent')
      await left(migrate)
      await pollUntilTrue(async () => E.isRight(await migrate()))
    }
  })

  it('[V21] does not prevent the pool from closing, whatever it waits for', async () => {
    const users = createKnexUserRepository(db)
    await right(users.isAdmin('ann'))
    silence()
    const waiting = [
      ...Array.from({ length: 10 }, () => users.isAdmin('ann')()),
      db.transaction(async (trx) => trx.raw('select 1')).catch(() => undefined),
    ]
    await db.destroy()
    await Promise.all(waiting)
  })

  it('[V21] does not prevent idle connections from closing', async () => {
    await Promise.all(Array.from({ length: 4 }, isWell))
    silence()
    await db.destroy()
    await proxy.until(() => proxy.connections() === 0)
  })
})

describe('a pool with more connections than the database grants', () => {
  const database = withDatabase()

  describe('a role of two connections', () => {
    const role = `larder_limited_${process.pid}`

    before(async () => {
      const knex = database.knex()
      await knex.raw('drop role if exists ??', [role])
      await knex.raw(`create role ?? login password 'limited' connection limit 2`, [role])
      await knex.raw('grant select on all tables in schema public to ??', [role])
    })
    after(async () => {
      await database.knex().raw('drop owned by ??', [role])
      await database.knex().raw('drop role ??', [role])
    })

    const asLimited = (): PgConnection => {
      const place = database.connection()
      if (!('connectionString' in place)) return { ...place, user: role, password: 'limited' }
      const url = Object.assign(new URL(place.connectionString), { username: role, password: 'limited' })
      return { connectionString: url.href }
    }

    it('[V29] makes queries wait for a free connection', async () => {
      const db = createKnex(async () => asLimited(), 10, {
        limits: { ...defaultDatabaseLimits, acquire: 20_000 },
      })
      const users = createKnexUserRepository(db)
      const slow = Array.from({ length: 10 }, () => db.raw('select pg_sleep(0.05)'))
      const all = await Promise.allSettled([
        ...slow,
        ...Array.from({ length: 40 }, () => right(users.isAdmin('a'))),
      ])
      const failed = all.flatMap((one) => (one.status === 'rejected' ? [String(one.reason)] : []))
      expect(failed).to.deep.equal([])
      await db.destroy()
    })

    it('[V29] makes a query fail at once if the database grants no connection', async () => {
      const otherPool = createKnex(async () => asLimited(), 2)
      const ends: Array<() => void> = []
      const holding = Array.from({ length: 2 }, () =>
        otherPool.transaction(async (trx) => {
          await trx.raw('select 1')
          await new Promise<void>((end) => ends.push(end))
        }),
      )
      await pollUntilTrue(async () => ends.length === 2)
      const db = createKnex(async () => asLimited(), 10, {
        limits: { ...defaultDatabaseLimits, acquire: 60_000 },
      })
      const { cause } = await left(createKnexUserRepository(db).isAdmin('ann'))
      expect(String(cause)).to.include('too many connections')
      for (const end of ends) end()
      await Promise.all(holding)
      await otherPool.destroy()
      await db.destroy()
    })
  })
})

describe('larder with a database that stops responding', () => {
  const database = withDatabase()
  const { clock, advance } = createStandingClock()
  let proxy: DatabaseProxy
  let db: Knex
  let larder: DiskLarder
  let server: TestServer

  before(async () => {
    proxy = await startDatabaseProxy(database.connection())
    db = createKnex(async () => proxy.connection, 4, { limits: { ...limits, breaker: 60_000 } })
    larder = await createDiskLarder({
      adapters: {
        clock,
        database: createKnexDatabase(db),
        imageFiles: createKnexImageFileRepository(db),
        contentFiles: createKnexContentFileRepository(db),
        users: createKnexUserRepository(db),
      },
    })
    server = await listen(larder)
  })
  after(async () => {
    await server.close()
    await larder.disk.close()
    await db.destroy()
    await proxy.close()
    await removeScratch()
  })

  it('[V21] serves expired playlists from the cache, and 503 for cold ones', async () => {
    const [warm, cold] = [await seedImage(larder), await seedImage(larder)]
    const day = 86_400
    const urlOf = async ({ uid }: SeededImage) =>
      `/api/1/image_files/playlist/${uid}?jwt=${await right(larder.tokens.mint('image', uid, day))}`
    const [warmUrl, coldUrl] = [await urlOf(warm), await urlOf(cold)]
    const { body } = await exchange(server.base + warmUrl)
    advance(3600)
    proxy.set({ kind: 'silent' })
    // Only the first request waits for the database.
    const expired = await Promise.all(Array.from({ length: 50 }, () => exchange(server.base + warmUrl)))
    for (const answer of expired) expect([answer.status, answer.body.equals(body)]).to.deep.equal([200, true])
    const refused = await Promise.all(Array.from({ length: 50 }, () => exchange(server.base + coldUrl)))
    for (const { status, headers } of refused)
      expect([status, headers['retry-after']]).to.deep.equal([503, '2'])
    expect(await larder.health.examine()).to.have.property('status', 'degraded')
  })
})

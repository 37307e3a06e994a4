import { expect } from 'chai'
import type { Knex } from 'knex'
import { createPostgresInvalidationBus } from '../../../src/adapters/knex/postgres-invalidation-bus.ts'
import { TE } from '../../../src/fp.ts'
import type { StaleValues } from '../../../src/ports/cache.ts'
import type { BusPosition, BusSession } from '../../../src/ports/invalidation-bus.ts'
import { invalidationBusContract } from '../../contracts/invalidation-bus.contract.ts'
import { beginChange } from '../../support/changing-transaction.ts'
import { type DatabaseProxy, startDatabaseProxy, terminate } from '../../support/database-proxy.ts'
import { left, right } from '../../support/expect-right.ts'
import { withDatabase } from '../../support/postgres.ts'

describe('invalidation bus of PostgreSQL', () => {
  const database = withDatabase()
  const another = withDatabase()
  const make = (to = database) => createPostgresInvalidationBus(to.knex(), async () => to.connection())

  invalidationBusContract(async () => ({
    bus: make(),
    other: make(another),
    begin: () => beginChange(database.knex()),
  }))

  const change = async (name: string) => {
    const transaction = await beginChange(database.knex())
    await transaction.write({ names: [name], families: [] })
    await transaction.commit()
  }

  const insertRows = (db: Knex, rows: number) =>
    db.raw(`insert into invalidation_log (keys) select array['k' || n] from generate_series(1, ?) n`, [rows])

  const read = async (session: BusSession, from: BusPosition | null) => {
    const pieces: StaleValues[] = []
    const position = await right(
      session.catchUp(from, (stale) =>
        TE.fromIO(() => {
          pieces.push(stale)
        }),
      ),
    )
    return { position, pieces }
  }

  describe('after the database was replaced', () => {
    let session: BusSession
    let position: BusPosition
    beforeEach(async () => {
      session = await right(make().open(() => undefined))
      await change('before')
      ;({ position } = await read(session, null))
    })
    afterEach(() => session.close())

    it('by an older backup, passes everything, and then only what is new', async () => {
      const db = database.knex()
      await db.raw('delete from invalidation_log where id = ?', [position.newest.id])
      const first = await read(session, position)
      expect(first.pieces).to.deep.equal(['all'])
      // Other changes got the same numbers.
      await db.raw(`insert into invalidation_log (id, keys) overriding system value values (?, '{x}')`, [
        position.newest.id,
      ])
      expect((await read(session, position)).pieces).to.deep.equal(['all'])
      expect((await read(session, first.position)).pieces).to.deep.equal([{ names: ['x'], families: [] }])
    })

    it('by a new server, whose transactions have lower numbers, passes everything, and then only what is new', async () => {
      const [, xmax = ''] = position.snapshot.split(':')
      const later = Number(xmax) + 1_000_000
      const ofOldServer = { ...position, snapshot: `${later}:${later}:` }
      const first = await read(session, ofOldServer)
      expect(first.pieces).to.deep.equal(['all'])
      // The dump has rows and a limit of pruning with the numbers of the old server.
      const db = database.knex()
      await db.raw(`insert into invalidation_log (keys, xid) values ('{old}', cast(? as xid8))`, [`${later}`])
      await db.raw('update invalidation_pruning set pruned = cast(? as xid8)', [`${later}`])
      expect((await read(session, first.position)).pieces).to.deep.equal([])
      await change('new')
      expect((await read(session, first.position)).pieces).to.deep.equal([{ names: ['new'], families: [] }])
      await db.raw(`update invalidation_pruning set pruned = '0'`)
      await db.raw('delete from invalidation_log where xid = cast(? as xid8)', [`${later}`])
    })

    it('by a standby server that lacked the last changes, passes everything', async () => {
      // A change of the new history has a number that the follower takes for known.
      const { rows } = await database
        .knex()
        .raw('select cast(xid as text) as xid from invalidation_log where id < ? order by id desc limit 1', [
          position.newest.id,
        ])
      await database
        .knex()
        .raw(`insert into invalidation_log (keys, xid) values ('{y}', cast(? as xid8))`, [rows[0].xid])
      expect((await read(session, position)).pieces).to.deep.equal(['all'])
    })
  })

  it('prunes in pieces, so that a log of any size shrinks within the limit of a statement', async () => {
    const knex = database.knex()
    const bus = createPostgresInvalidationBus(knex, async () => database.connection(), 10)
    await right(bus.prune(-60_000))
    await knex.raw(`insert into invalidation_log (keys) select '{}' from generate_series(1, 25)`)
    const removed: unknown[] = []
    const note = (rows: { readonly rows: ReadonlyArray<unknown> }, query: { readonly sql: string }) => {
      if (query.sql.includes('delete from invalidation_log')) removed.push(rows.rows[0])
    }
    knex.on('query-response', note)
    expect(await right(bus.prune(-60_000))).to.be.at.least(24)
    knex.off('query-response', note)
    expect(removed.slice(0, 2)).to.deep.equal([{ pruned: 10 }, { pruned: 10 }])
    expect(removed.length).to.be.at.least(3)
  })

  it('forgets the numbers of another server once rows of this one are pruned', async () => {
    const db = database.knex()
    const session = await right(make().open(() => undefined))
    await db.raw(`update invalidation_pruning set pruned = '9000000000000000'`)
    const { position } = await read(session, null)
    await change('a')
    await change('b')
    while ((await right(make().prune(-60_000))) === 0);
    expect((await read(session, position)).pieces).to.deep.equal(['all'])
    const { rows } = await db.raw('select cast(pruned as text) as pruned from invalidation_pruning')
    expect(rows[0].pruned).not.to.equal('9000000000000000')
    await session.close()
  })

  describe('behind a proxy', () => {
    let proxy: DatabaseProxy
    beforeEach(async () => {
      proxy = await startDatabaseProxy(database.connection())
    })
    afterEach(() => proxy.close())

    it('ends a session that is closed during a read with Terminate, not with a reset', async () => {
      const bus = createPostgresInvalidationBus(database.knex(), async () => proxy.connection)
      const session = await right(bus.open(() => undefined))
      proxy.set({ kind: 'late', ms: 100 })
      const reading = session.catchUp(null, () => TE.right(undefined))()
      await session.close()
      await reading
      await proxy.until(() => proxy.connections() === 0)
      expect(proxy.lastChunks()).to.deep.equal([terminate])
    })

    for (const kind of ['reset', 'silent'] as const)
      it(`that breaks the connection (${kind}), fails within the limit and ends the session`, async () => {
        const bus = createPostgresInvalidationBus(database.knex(), async () => proxy.connection)
        const session = await right(bus.open(() => undefined))
        const { position } = await read(session, null)
        proxy.set({ kind })
        expect(await left(session.catchUp(position, () => TE.right(undefined)))).to.include({
          _tag: 'Unavailable',
          dependency: 'database',
        })
        expect(session.lost.aborted).to.equal(true)
        if (kind === 'reset')
          expect(await left(bus.open(() => undefined))).to.include({ _tag: 'Unavailable' })
        await change('meanwhile')
        proxy.set({ kind: 'pass' })
        const again = await right(bus.open(() => undefined))
        expect((await read(again, position)).pieces).to.deep.equal([{ names: ['meanwhile'], families: [] }])
        await again.close()
      })
  })

  it('passes everything, and no rows, if more rows are new than it can apply in seconds', async () => {
    const db = database.knex()
    const session = await right(make().open(() => undefined))
    const { position } = await read(session, null)
    await insertRows(db, 3999)
    const most = await read(session, position)
    expect(most.pieces).to.have.length(40)
    await insertRows(db, 4000)
    const tooMany = await read(session, most.position)
    expect(tooMany.pieces).to.deep.equal(['all'])
    await change('later')
    expect((await read(session, tooMany.position)).pieces).to.deep.equal([{ names: ['later'], families: [] }])
    await session.close()
  })

  it('passes everything after some rows, if as many are of a transaction that began before the newest row', async () => {
    const session = await right(make().open(() => undefined))
    const late = await database.knex().transaction()
    await insertRows(late, 4000)
    await change('newest')
    const { position } = await read(session, null)
    await late.commit()
    expect((await read(session, position)).pieces.at(-1)).to.equal('all')
    await session.close()
  })

  it('tells its session that the connection was terminated', async () => {
    const session = await right(make().open(() => undefined))
    const lost = new Promise((resolve) => session.lost.addEventListener('abort', resolve))
    await database
      .knex()
      .raw(`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'larder bus'`)
    await lost
  })
})

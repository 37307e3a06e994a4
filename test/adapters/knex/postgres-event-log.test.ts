import { expect } from 'chai'
import { createPostgresEventLog } from '../../../src/adapters/knex/postgres-event-log.ts'
import { maxWaitingBytes } from '../../../src/domain/events/feed-queue.ts'
import type { EventSession } from '../../../src/ports/event-log.ts'
import { eventLogContract } from '../../contracts/event-log.contract.ts'
import { aNewImageFile } from '../../support/builders.ts'
import { type DatabaseProxy, startDatabaseProxy } from '../../support/database-proxy.ts'
import { left, right } from '../../support/expect-right.ts'
import { withDatabase } from '../../support/postgres.ts'

describe('event log of PostgreSQL', () => {
  const database = withDatabase()
  const make = (pieceRows?: number) =>
    createPostgresEventLog(database.knex(), async () => database.connection(), pieceRows)

  const { uid } = aNewImageFile()
  const insert = `insert into events (type, media, kind, data) values ('media.changed', ?, 'image', ?)`

  beforeEach(async () => {
    // A test may have left the numbers of another server.
    await database.knex().raw(`truncate events restart identity`)
    await database.knex().raw(`insert into events (type) values ('log.started')`)
  })

  eventLogContract(async () => ({
    log: make(),
    append: async ({ media, data }) => {
      await database.knex().raw(insert, [media, JSON.stringify(data)])
    },
    announce: async (step) => {
      await database.knex().raw(`select pg_notify('larder_progress', ?)`, [JSON.stringify(step)])
    },
  }))

  describe('of one session', () => {
    let session: EventSession
    const silent = { onEvent: () => undefined, onProgress: () => undefined }
    beforeEach(async () => {
      session = await right(make().open(silent))
    })
    afterEach(() => session.close())

    const append = (n: number, db = database.knex()) => db.raw(insert, [uid, JSON.stringify({ n })])
    const numbers = (events: ReadonlyArray<{ readonly data: Record<string, unknown> }>) =>
      events.map(({ data }) => data.n)

    it('passes by notifications that are no steps of jobs', async () => {
      const { position } = await right(session.readNew(null))
      for (const payload of ['', 'x', '{}', 'null'])
        await database.knex().raw(`select pg_notify('larder_progress', ?)`, [payload])
      await append(1)
      expect(numbers((await right(session.readNew(position))).events)).to.deep.equal([1])
    })

    it('passes by no event whose transaction was committed late', async () => {
      let { position } = await right(session.readNew(null))
      const held = await database.knex().transaction()
      await held.raw(insert, [uid, '{"n":1}'])
      await append(2)
      const meanwhile = await right(session.readNew(position))
      expect(meanwhile.events).to.deep.equal([])
      ;({ position } = meanwhile)
      await held.commit()
      await append(3)
      const read = await right(session.readNew(position))
      expect(numbers(read.events)).to.deep.equal([1, 2, 3])
    })

    it('waits for no transaction that only reads, or that is rolled back', async () => {
      const { position } = await right(session.readNew(null))
      const reading = await database.knex().transaction()
      await reading.raw('select * from events')
      const undone = await database.knex().transaction()
      await undone.raw(insert, [uid, '{"n":1}'])
      await undone.rollback()
      await append(2)
      expect(numbers((await right(session.readNew(position))).events)).to.deep.equal([2])
      await reading.rollback()
    })

    it('reads many events, and long ones, in pages', async () => {
      let { position } = await right(session.readNew(null))
      await database.knex().raw(
        `insert into events (type, media, kind, data)
         select 'media.changed', ?, 'image', jsonb_build_object('n', n, 'text', repeat('x', case when n > 240 then 100000 else 1 end))
         from generate_series(1, 250) n`,
        [uid],
      )
      const pages: number[] = []
      const all: unknown[] = []
      for (let hasMore = true; hasMore; ) {
        const read = await right(session.readNew(position))
        ;({ position, hasMore } = read)
        pages.push(read.events.length)
        all.push(...numbers(read.events))
      }
      expect(all).to.deep.equal(Array.from({ length: 250 }, (_, i) => i + 1))
      expect(pages.filter((length) => length > 0)).to.deep.equal([100, 100, 41, ...Array(9).fill(1)])
    })

    it('reads pages of which several fit into what waits for a client', async () => {
      const { position } = await right(session.readNew(null))
      await database.knex().raw(
        `insert into events (type, media, kind, data)
         select 'media.changed', ?, 'image', jsonb_build_object('text', repeat('x', 2000)) from generate_series(1, 100)`,
        [uid],
      )
      const { events } = await right(session.readNew(position))
      expect(JSON.stringify(events).length).to.be.below(maxWaitingBytes / 4)
    })

    it('notices that the log is another one', async () => {
      const { position } = await right(session.readNew(null))
      await append(1)
      const { position: later } = await right(session.readNew(position))
      const db = database.knex()
      // A backup from before the last event.
      await db.raw('delete from events where id = ?', [later.last.id])
      expect((await right(session.readNew(later))).isGap).to.equal(true)
      // Another event with the same numbers.
      await db.raw(
        `insert into events (id, xid, type, media, kind, data, created_at) overriding system value
         values (?, cast(? as xid8), 'media.changed', ?, 'image', '{}', timestamptz '2026-01-01 00:00:00.001234')`,
        [later.last.id, later.last.xid, uid],
      )
      expect((await right(session.readNew(later))).isGap).to.equal(true)
      expect(await right(session.replay(later.last, later.last, null))).to.equal('unknown')
      // A backup whose last event is the same, on a server that went on.
      await append(2)
      const { position: last } = await right(session.readNew(null))
      await append(3)
      expect((await right(session.readNew({ ...last, horizon: '999999999' }))).isGap).to.equal(true)
      const [row] = (await db.raw('select cast(max(id) as integer) as id from events')).rows
      const { horizon } = (await right(session.readNew(last))).position
      expect((await right(session.readNew({ ...last, horizon }))).isGap, `${row.id}`).to.equal(true)
      // An empty one.
      await db.raw('truncate events')
      expect((await right(session.readNew(last))).isGap).to.equal(true)
    })

    it('puts the events of another server before its own', async () => {
      await append(1)
      await database.knex().raw(`update events set xid = '999999999999'`)
      const opened = await right(make().open(silent))
      const { position } = await right(opened.readNew(null))
      expect(position.last.xid).to.equal('0')
      await append(2)
      const read = await right(opened.readNew(position))
      expect([numbers(read.events), read.isGap]).to.deep.equal([[2], false])
      await opened.close()
    })

    it('removes old events in pieces, and never one that comes after one that is left', async () => {
      for (const n of [1, 2, 3, 4, 5]) await append(n)
      const db = database.knex()
      await db.raw(
        `update events set created_at = now() - interval '2 days' where data->>'n' in ('1', '2', '4', '5')`,
      )
      await db.raw(`update events set created_at = now() - interval '2 days' where type = 'log.started'`)
      expect(await right(make(1).prune(86_400_000))).to.equal(3)
      const { rows } = await db.raw(`select data->>'n' as n from events order by id`)
      expect(rows.map(({ n }: { n: string }) => n)).to.deep.equal(['3', '4', '5'])
    })
  })

  describe('of a database that does not answer', () => {
    let proxy: DatabaseProxy
    beforeEach(async () => {
      proxy = await startDatabaseProxy(database.connection())
    })
    afterEach(() => proxy.close())

    it('ends the session, and fails', async () => {
      const log = createPostgresEventLog(database.knex(), async () => proxy.connection)
      const session = await right(log.open({ onEvent: () => undefined, onProgress: () => undefined }))
      const { position } = await right(session.readNew(null))
      proxy.set({ kind: 'silent' })
      const failed = await left(session.readNew(position))
      expect(failed._tag).to.equal('Unavailable')
      expect(session.lost.aborted).to.equal(true)
    })
  })
})

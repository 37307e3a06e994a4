import { expect } from 'chai'
import fc from 'fast-check'
import type { Knex } from 'knex'
import { createKnex } from '../../src/adapters/knex/create-knex.ts'
import { defaultDatabaseLimits } from '../../src/adapters/knex/database-limits.ts'
import { createKnexUserRepository } from '../../src/adapters/knex/knex-user-repository.ts'
import { createPostgresInvalidationBus } from '../../src/adapters/knex/postgres-invalidation-bus.ts'
import { cacheKeys } from '../../src/ports/cache-keys.ts'
import { type DatabaseProxy, startDatabaseProxy } from '../support/database-proxy.ts'
import { right } from '../support/expect-right.ts'
import { type FollowingInstance, hasApplied, startFollowingInstance } from '../support/following-instance.ts'
import { withDatabase } from '../support/postgres.ts'
import { removeScratch, scratchFolder } from '../support/scratch.ts'

const subjects = ['anna', 'ben', 'carl', 'dora', 'emil'] as const

describe('three instances, of which two share a cache folder', () => {
  const database = withDatabase()
  let proxy: DatabaseProxy
  let instances: ReadonlyArray<FollowingInstance>
  let knex: Knex

  before(async () => {
    // The limits of viewers are not the subject: a slow machine must not make reads fail.
    const limits = { ...defaultDatabaseLimits, connect: 60_000, acquire: 60_000, read: 60_000 }
    knex = createKnex(async () => database.connection(), 10, { limits })
    proxy = await startDatabaseProxy(database.connection())
    const shared = await scratchFolder()
    const bus = createPostgresInvalidationBus(knex, async () => proxy.connection)
    instances = await Promise.all(
      [shared, shared, await scratchFolder()].map((dir) => startFollowingInstance(dir, bus)),
    )
    for (const sub of subjects) await right(createKnexUserRepository(knex).setAdmin(sub, true))
  })
  after(async () => {
    for (const instance of instances) await instance.close()
    await proxy.close()
    await knex.destroy()
    await removeScratch()
  })

  const fromDatabase = (sub: string) => right(createKnexUserRepository(knex).isAdmin(sub))

  const readBy = async ({ read }: FollowingInstance, sub: string): Promise<boolean> =>
    (await right(read(cacheKeys.isAdmin({ sub }), createKnexUserRepository(knex).isAdmin(sub)))).value

  const expectNothingStale = async (): Promise<void> => {
    for (const sub of subjects) {
      const expected = await fromDatabase(sub)
      for (const instance of instances)
        expect([sub, await readBy(instance, sub)]).to.deep.equal([sub, expected])
    }
  }

  const until = async (holds: () => boolean): Promise<void> => {
    while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5))
  }

  /** Starts a transaction that turns a right around. Returns its number, and a function that commits it. */
  const beginChange = async (sub: string) => {
    const trx = await knex.transaction()
    await trx.raw('update users set admin = not admin where sub = ?', [sub])
    const { rows } = await trx.raw('select cast(pg_current_xact_id() as text) as xid')
    return { xid: Number(rows[0].xid), commit: () => trx.commit() }
  }

  it('have no stale value after each has applied a change', async () => {
    for (let round = 0; round < 20; round += 1) {
      const changes = await Promise.all(subjects.map(beginChange))
      // Loads that are under way when the changes are committed.
      const reading = instances.flatMap((instance) => subjects.map((sub) => readBy(instance, sub)))
      await Promise.all(changes.map(({ commit }) => commit()))
      await Promise.all(reading)
      await until(() => changes.every(({ xid }) => instances.every((instance) => hasApplied(instance, xid))))
      await expectNothingStale()
    }
  })

  it('have no stale value after connections that fell silent', async () => {
    proxy.set({ kind: 'silent' })
    const { xid, commit } = await beginChange('anna')
    for (const instance of instances) await readBy(instance, 'anna')
    await commit()
    await until(() => instances.every(({ follower }) => follower.state() !== 'following'))
    proxy.set({ kind: 'pass' })
    await until(() => instances.every((instance) => hasApplied(instance, xid)))
    await expectNothingStale()
  })

  const breakConnections = {
    reset: async () => {
      proxy.set({ kind: 'reset' })
      proxy.set({ kind: 'pass' })
    },
    terminate: () =>
      knex.raw(
        `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'larder bus'`,
      ),
    nothing: async () => undefined,
  }

  it('have no stale value once they have applied the last of concurrent changes, committed in any order, however often they were cut off', async () => {
    const commits = fc.tuple(
      fc.shuffledSubarray([...subjects], { minLength: subjects.length }),
      fc.array(fc.constantFrom('reset', 'terminate', 'nothing', 'nothing'), { minLength: 5, maxLength: 5 }),
      fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }),
    )
    await fc.assert(
      fc.asyncProperty(commits, async ([order, faults, waits]) => {
        const changes = new Map<string, Awaited<ReturnType<typeof beginChange>>>()
        for (const sub of subjects) changes.set(sub, await beginChange(sub))
        const reads: Promise<unknown>[] = []
        for (const [index, sub] of order.entries()) {
          const change = changes.get(sub)
          await breakConnections[faults[index] ?? 'nothing']()
          for (const instance of instances) reads.push(...subjects.map((each) => readBy(instance, each)))
          await change?.commit()
          if (waits[index] && change !== undefined)
            await until(() => instances.some((instance) => hasApplied(instance, change.xid)))
        }
        await Promise.all(reads)
        await until(() =>
          [...changes.values()].every(({ xid }) => instances.every((instance) => hasApplied(instance, xid))),
        )
        await expectNothingStale()
      }),
      { numRuns: 8 },
    )
  })
})

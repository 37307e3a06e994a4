import { expect } from 'chai'
import { createKnexInstances } from '../../../src/adapters/knex/knex-instances.ts'
import { createPostgresInvalidationBus } from '../../../src/adapters/knex/postgres-invalidation-bus.ts'
import { createMemoryInstances } from '../../../src/adapters/memory/memory-instances.ts'
import {
  createMemoryInvalidationBus,
  createMemoryInvalidationLog,
} from '../../../src/adapters/memory/memory-invalidation-bus.ts'
import type { InstanceUid, PurgeUid } from '../../../src/domain/media/ids.ts'
import { O } from '../../../src/fp.ts'
import { instancesContract } from '../../contracts/instances.contract.ts'
import { right } from '../../support/expect-right.ts'
import { withDatabase } from '../../support/postgres.ts'

describe('instances in memory', () => {
  instancesContract(async () => {
    let now = 1_800_000_000_000
    const clock = () => now
    const log = createMemoryInvalidationLog(clock)
    return {
      instances: createMemoryInstances(log, clock),
      bus: createMemoryInvalidationBus(log, clock),
      wait: async (ms) => {
        now += ms
      },
    }
  })
})

describe('instances in PostgreSQL', () => {
  const database = withDatabase()

  it('call no instance done by a report of a backup, which is older than the purge', async () => {
    const knex = database.knex()
    const instances = createKnexInstances(knex)
    const uid = 'ins_restored' as InstanceUid
    await right(instances.report({ uid, version: '1', position: null, cacheBytes: 0, hitRatio: null }))
    await knex.raw(`update instances set applied = '900000000000:900000000000:' where uid = ?`, [uid])
    const purge = 'pu_new' as PurgeUid
    await right(instances.addPurge(purge, { names: [], families: [] }))
    const receipts = await right(instances.findPurge(purge))
    expect(O.isSome(receipts) && receipts.value.map(({ state }) => state)).to.deep.equal(['waiting'])
  })

  instancesContract(async () => {
    const knex = database.knex()
    await knex.raw('truncate instances, cache_purges')
    return {
      instances: createKnexInstances(knex),
      bus: createPostgresInvalidationBus(knex, async () => database.connection()),
      wait: async (ms) => {
        await knex.raw(`update instances set heard_at = heard_at - ? * interval '1 millisecond'`, [ms])
        await knex.raw(`update cache_purges set created_at = created_at - ? * interval '1 millisecond'`, [ms])
      },
    }
  })
})

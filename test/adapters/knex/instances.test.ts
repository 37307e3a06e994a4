import { createKnexInstances } from '../../../src/adapters/knex/knex-instances.ts'
import { createPostgresInvalidationBus } from '../../../src/adapters/knex/postgres-invalidation-bus.ts'
import { createMemoryInstances } from '../../../src/adapters/memory/memory-instances.ts'
import {
  createMemoryInvalidationBus,
  createMemoryInvalidationLog,
} from '../../../src/adapters/memory/memory-invalidation-bus.ts'
import { instancesContract } from '../../contracts/instances.contract.ts'
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

import {
  createMemoryInvalidationBus,
  createMemoryInvalidationLog,
} from '../../../src/adapters/memory/memory-invalidation-bus.ts'
import { invalidationBusContract } from '../../contracts/invalidation-bus.contract.ts'

describe('invalidation bus in memory', () => {
  invalidationBusContract(async () => {
    let now = 0
    const clock = () => now++
    const log = createMemoryInvalidationLog(clock)
    return {
      bus: createMemoryInvalidationBus(log, clock),
      other: createMemoryInvalidationBus(createMemoryInvalidationLog(clock), clock),
      begin: async () => {
        const { write, commit } = log.begin()
        return { write: async (stale) => write(stale), commit: async () => commit() }
      },
    }
  })
})

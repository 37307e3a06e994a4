import { createMemoryEventLog } from '../../../src/adapters/memory/memory-event-log.ts'
import { eventLogContract } from '../../contracts/event-log.contract.ts'

describe('memory event log', () =>
  eventLogContract(async () => {
    const log = createMemoryEventLog(Date.now)
    return { log, append: async (event) => log.append(event), announce: async (step) => log.announce(step) }
  }))

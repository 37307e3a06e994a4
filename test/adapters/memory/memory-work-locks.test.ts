import { createMemoryWorkLocks, type HeldLocks } from '../../../src/adapters/memory/memory-work-locks.ts'
import { systemMonotonic } from '../../../src/adapters/platform/system-monotonic.ts'
import { workLocksContract } from '../../contracts/work-locks.contract.ts'

describe('[V24] memory work locks', () => {
  workLocksContract(async () => {
    const locks: HeldLocks = new Map()
    return [createMemoryWorkLocks(systemMonotonic, locks), createMemoryWorkLocks(systemMonotonic, locks)]
  })
})

import { createMemoryWorkLocks, type HeldLocks } from '../../src/adapters/memory/memory-work-locks.ts'
import { workLocksContract } from '../contracts/work-locks.contract.ts'

describe('[V24] memory work locks', () => {
  workLocksContract(async () => {
    const held: HeldLocks = new Map()
    return [createMemoryWorkLocks(Date.now, held), createMemoryWorkLocks(Date.now, held)]
  })
})

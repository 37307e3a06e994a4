import { createMemoryRevocations } from '../../../src/adapters/memory/memory-revocations.ts'
import { revocationsContract } from '../../contracts/revocations.contract.ts'

describe('memory revocations', () => {
  revocationsContract(async () => createMemoryRevocations(Date.now))
})

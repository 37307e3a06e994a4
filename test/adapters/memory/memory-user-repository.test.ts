import { createMemoryUserRepository } from '../../../src/adapters/memory/memory-user-repository.ts'
import { userRepositoryContract } from '../../contracts/user-repository.contract.ts'

describe('memory user repository', () => {
  userRepositoryContract(async () => createMemoryUserRepository())
})

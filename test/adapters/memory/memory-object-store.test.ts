import { createMemoryObjectStore } from '../../../src/adapters/memory/memory-object-store.ts'
import { objectStoreContract } from '../../contracts/object-store.contract.ts'

describe('memory object store', () => {
  objectStoreContract(async () => createMemoryObjectStore())
})

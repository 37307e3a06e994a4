import { createKnexStoredFileRepository } from '../../../src/adapters/knex/knex-stored-file-repository.ts'
import { createMemoryStoredFileRepository } from '../../../src/adapters/memory/memory-stored-file-repository.ts'
import { storedFileRepositoryContract } from '../../contracts/stored-file-repository.contract.ts'
import { withDatabase } from '../../support/postgres.ts'

describe('memory stored-file repository', () => {
  storedFileRepositoryContract(async (keys) =>
    createMemoryStoredFileRepository('lib_0123456789abcdef0123456789abcdef', (key) => keys.includes(key)),
  )
})

describe('knex stored-file repository', () => {
  const { knex, empty } = withDatabase()
  storedFileRepositoryContract(async (keys) => {
    await empty()
    const rows = keys.map((key) => ({
      uid: key,
      key,
      content_type: 'video/mp4',
      file_size: 1,
      sha256: '0'.repeat(64),
    }))
    if (rows.length > 0) await knex()('s3_files').insert(rows)
    return createKnexStoredFileRepository(knex())
  })
})

import { createKnexImageFileRepository } from '../../../src/adapters/knex/knex-image-file-repository.ts'
import { createKnexTicketRepository } from '../../../src/adapters/knex/knex-ticket-repository.ts'
import { createKnexTrash } from '../../../src/adapters/knex/knex-trash.ts'
import { createKnexUploadRepository } from '../../../src/adapters/knex/knex-upload-repository.ts'
import { forsakenUploadsContract } from '../../contracts/forsaken-uploads.contract.ts'
import { uploadBeginningsContract } from '../../contracts/upload-beginnings.contract.ts'
import { uploadRepositoryContract } from '../../contracts/upload-repository.contract.ts'
import { withDatabase } from '../../support/postgres.ts'
import type { UploadSubject } from '../../support/upload-calls.ts'

describe('knex upload repository', () => {
  const database = withDatabase()

  const make = async (): Promise<UploadSubject> => {
    await database.empty()
    const db = database.knex()
    await db.raw('truncate uploads, upload_tickets, taken_down')
    return {
      uploads: createKnexUploadRepository(db, 86_400),
      imageFiles: createKnexImageFileRepository(db),
      tickets: createKnexTicketRepository(db),
      trash: createKnexTrash(db),
      advance: async (seconds: number) => {
        const times = (columns: ReadonlyArray<string>) =>
          columns.map((column) => `${column} = ${column} - make_interval(secs => :seconds)`).join(', ')
        await db.raw(`update uploads set ${times(['touched_at', 'expires_at', 'ended_at'])}`, { seconds })
        await db.raw(`update upload_tickets set ${times(['expires_at'])}`, { seconds })
      },
    }
  }

  uploadRepositoryContract(make)
  uploadBeginningsContract(make)
  forsakenUploadsContract(make)
})

import type { Knex } from 'knex'
import { libraryMigration } from './0001-library.ts'
import { iframeRatesMigration } from './0002-iframe-rates.ts'
import { storedFileAgeMigration } from './0003-stored-file-age.ts'
import { libraryUidMigration } from './0004-library-uid.ts'
import { recipesMigration } from './0005-recipes.ts'
import { partStartsMigration } from './0006-part-starts.ts'
import { jobsMigration } from './0007-jobs.ts'
import { invalidationMigration } from './0008-invalidation.ts'
import { revocationsMigration } from './0009-revocations.ts'
import { mediaFactsMigration } from './0010-media-facts.ts'
import { refusalsOfJobsMigration } from './0011-refusals-of-jobs.ts'
import { trashMigration } from './0012-trash.ts'
import { publicContentMigration } from './0013-public-content.ts'
import { uploadsMigration } from './0018-uploads.ts'
import { uploadFetchesMigration } from './0019-upload-fetches.ts'

export type NamedMigration = Knex.Migration & { readonly name: string }

/** All migrations in order of execution. Never change a released migration; add a new one. */
export const migrations: ReadonlyArray<NamedMigration> = [
  libraryMigration,
  iframeRatesMigration,
  storedFileAgeMigration,
  libraryUidMigration,
  recipesMigration,
  partStartsMigration,
  jobsMigration,
  invalidationMigration,
  revocationsMigration,
  mediaFactsMigration,
  refusalsOfJobsMigration,
  trashMigration,
  publicContentMigration,
  uploadsMigration,
  uploadFetchesMigration,
]

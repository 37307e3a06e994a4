import type { Knex } from 'knex'
import { library } from './0001-library.ts'
import { iframeRates } from './0002-iframe-rates.ts'
import { storedFileAge } from './0003-stored-file-age.ts'
import { libraryUid } from './0004-library-uid.ts'
import { recipes } from './0005-recipes.ts'

export type NamedMigration = Knex.Migration & { readonly name: string }

/** In order of execution. Never change a released migration: add a new one. */
export const migrations: ReadonlyArray<NamedMigration> = [
  library,
  iframeRates,
  storedFileAge,
  libraryUid,
  recipes,
]

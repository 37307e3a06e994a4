import type { Unavailable } from '../domain/shared/errors.ts'
import type { TE } from '../fp.ts'

/** Operations on the database as a whole, for operators. */
export type Database = {
  /** Migrates the schema to the schema of this release. Many processes may call this at once. */
  readonly migrate: TE.TaskEither<Unavailable, void>
  /** Checks that the database answers and has the schema of this release. */
  readonly check: TE.TaskEither<Unavailable, void>
}

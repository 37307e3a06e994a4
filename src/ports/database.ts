import type { Unavailable } from '../domain/shared/errors.ts'
import type { TE } from '../fp.ts'

/** The database as a whole: what an operator does to it. */
export type Database = {
  /** Brings its tables to this release's form. May run in many processes at once. */
  readonly migrate: TE.TaskEither<Unavailable, void>
  /** Whether it answers, and has this release's tables. */
  readonly check: TE.TaskEither<Unavailable, void>
}

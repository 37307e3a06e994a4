import type { EmbeddedConnection } from '../adapters/postgres-embedded/embedded-connection.ts'
import { unavailable } from '../domain/shared/errors.ts'
import { pipe, TE } from '../fp.ts'
import type { Database } from '../ports/database.ts'

/**
 * Knex's acquire timeout is shorter than the first start of embedded PostgreSQL, so `migrate` and `check`
 * wait for the server first, and report its start-up error.
 */
export const waitForEmbeddedPostgres = (
  { get }: EmbeddedConnection,
  { migrate, check }: Database,
): Database => {
  const started = TE.tryCatch(get, unavailable('database'))
  return {
    migrate: pipe(
      started,
      TE.flatMap(() => migrate),
    ),
    check: pipe(
      started,
      TE.flatMap(() => check),
    ),
  }
}

import type { EmbeddedConnection } from '../adapters/postgres-embedded/embedded-connection.ts'
import { unavailable } from '../domain/shared/errors.ts'
import { pipe, TE } from '../fp.ts'
import type { Database } from '../ports/database.ts'

/** The first start of embedded PostgreSQL outlasts the pool timeout: these wait, and report its error. */
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

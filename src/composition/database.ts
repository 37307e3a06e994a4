import type { EmbeddedConnection } from '../adapters/postgres-embedded/embedded-connection.ts'
import { unavailable } from '../domain/shared/errors.ts'
import { pipe, TE } from '../fp.ts'
import type { Database } from '../ports/database.ts'

/** Waits for embedded PostgreSQL, because its first start takes longer than the pool waits. */
export const waitForEmbedded = ({ get }: EmbeddedConnection, { migrate, check }: Database): Database => {
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

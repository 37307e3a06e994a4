import type { Unavailable } from '../domain/shared/errors.ts'
import type { O, TE } from '../fp.ts'

/** Locks among all processes that share one database. A name has one holder at a time. */
export type WorkLocks = {
  /**
   * Runs `work` while holding the lock. Resolves to `none`, without running it, when any process holds the
   * lock, including this one. The lock ends with `work`, whatever its outcome, and with the process. `lost`
   * is aborted when the lock is lost while `work` runs: another process may hold it from then on.
   */
  readonly tryWith: <L, A>(
    name: string,
    work: (lost: AbortSignal) => TE.TaskEither<L, A>,
  ) => TE.TaskEither<L | Unavailable, O.Option<A>>
  /** Milliseconds for which the longest-held lock has been held, at least; 0 when no lock is held. */
  readonly oldestHolderAge: TE.TaskEither<Unavailable, number>
}

import type { Unavailable } from '../domain/shared/errors.ts'
import type { O, TE } from '../fp.ts'

/** Locks that all processes of one database share. Each name has at most one holder at a time. */
export type WorkLocks = {
  /**
   * Runs `work` while holding the lock. Resolves to `none`, without running `work`, when any process holds
   * the lock, including this one. The lock is released when `work` ends, whatever its outcome, or when the
   * process ends. `lost` is aborted when the lock is lost while `work` runs: another process may hold the
   * lock from then on.
   */
  readonly tryWith: <L, A>(
    name: string,
    work: (lost: AbortSignal) => TE.TaskEither<L, A>,
  ) => TE.TaskEither<L | Unavailable, O.Option<A>>
  /**
   * Returns how long the longest-held lock has been held, at least (milliseconds); 0 when no lock is held.
   */
  readonly oldestHolderAge: TE.TaskEither<Unavailable, number>
}

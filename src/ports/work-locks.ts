import type { Unavailable } from '../domain/shared/errors.ts'
import type { O, TE } from '../fp.ts'

/** Locks that all processes of one database share. At most one process has the lock of a name at a time. */
export type WorkLocks = {
  /**
   * Acquires the lock and runs `work`. If any process has the lock already, including this one, resolves to
   * `none` without running `work`. The lock is released when `work` ends, whatever its outcome, or when the
   * process ends. The signal `lost` is aborted if the lock is released before `work` has ended, because the
   * connection broke: another process may have the lock from then on. The signal `asked` is aborted when
   * anyone calls `ask`.
   */
  readonly tryWith: <L, A>(
    name: string,
    work: (lost: AbortSignal, asked: AbortSignal) => TE.TaskEither<L, A>,
  ) => TE.TaskEither<L | Unavailable, O.Option<A>>
  /** Asks the process that has the lock to release it soon. The holder decides. */
  readonly ask: (name: string) => TE.TaskEither<Unavailable, void>
  /**
   * Returns the age of the oldest lock that any process has, in milliseconds; 0 if there is no lock. The true
   * age is at most this.
   */
  readonly oldestHolderAge: TE.TaskEither<Unavailable, number>
}

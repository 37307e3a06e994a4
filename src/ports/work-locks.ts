import type { Unavailable } from '../domain/shared/errors.ts'
import type { O, TE } from '../fp.ts'

/** Locks over all processes that share one database: a name has one holder at a time. */
export type WorkLocks = {
  /**
   * Runs `work` while this process holds the lock; gives `none`, without running it, when it is held already, be it by
   * another process or by this one. The lock ends with `work`, however that ends, and with the process.
   * `lost` is aborted when the lock is lost while `work` runs: another process may hold it from then on.
   */
  readonly tryWith: <L, A>(
    name: string,
    work: (lost: AbortSignal) => TE.TaskEither<L, A>,
  ) => TE.TaskEither<L | Unavailable, O.Option<A>>
  /** For how many milliseconds the oldest holder of any lock has been at work, or longer; 0 when there is none. */
  readonly oldestHolderAge: TE.TaskEither<Unavailable, number>
}

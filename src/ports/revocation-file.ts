import type { Unavailable } from '../domain/shared/errors.ts'
import type { TE } from '../fp.ts'
import type { Revocation } from './revocations.ts'

/** What a copy contains. */
type CopiedRevocations = {
  /** In any order, and perhaps several times. */
  readonly revocations: ReadonlyArray<Revocation>
  /** Number of entries that cannot be read. */
  readonly damaged: number
}

/**
 * The copy of the revocations on the disk of this machine, so that a server refuses what it knew to be revoked
 * also while the database is away (http-api.md §9.10). Several processes may share the copy.
 */
export type RevocationFile = {
  /** Returns what the copy contains, nothing if there is none. Fails with Unavailable if it cannot be opened. */
  readonly read: TE.TaskEither<Unavailable, CopiedRevocations>
  /** Adds revocations. Once it succeeds, they survive a power loss. Keeps what other processes add at once. */
  readonly add: (revocations: ReadonlyArray<Revocation>) => TE.TaskEither<Unavailable, void>
  /** Replaces the whole copy. A reader sees the old or the new one. May lose what others add at that moment. */
  readonly replace: (revocations: ReadonlyArray<Revocation>) => TE.TaskEither<Unavailable, void>
}

import { E, type TE } from '../../fp.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Log } from '../../ports/log.ts'
import type { RevocationFile } from '../../ports/revocation-file.ts'
import type { Revocation, RevocationHorizon, Revocations, RevocationTarget } from '../../ports/revocations.ts'
import type { Sleep } from '../../ports/sleep.ts'
import type { Conflict, Unavailable } from '../shared/errors.ts'
import type { RevocationIndex } from './revocation-index.ts'

/** Revokes tokens, and keeps the index of this process fresh (http-api.md §8.11, §9.4, §9.10). */
export type RevocationService = {
  /**
   * Fills the index from the copy on disk, for a process that serves. Verifications then wait for the first
   * `refresh`, for at most `firstRefreshMs`: until then the process may lack what was revoked while it was not
   * running. Never rejects: a damaged copy is logged.
   */
  readonly openIndex: () => Promise<void>
  /**
   * Fills the index with the revocations that the store got since the last call, and copies them to the disk. This
   * is the only way by which revocations of other processes arrive: the follower of the log calls it (follower.ts).
   * After a failure, the next call reads all revocations, because the database may be another one.
   */
  readonly refresh: TE.TaskEither<Unavailable, void>
  /**
   * Like `refresh`, but reads all revocations: those of a database that was restored, or replaced by another
   * one, may come before the last read. The follower calls it after a gap.
   */
  readonly refreshAll: TE.TaskEither<Unavailable, void>
  /**
   * Revokes tokens. Once it succeeds, this process refuses them, also after a restart without the database, unless the
   * copy on disk failed, which is logged. Fails with Conflict if the same was revoked too often within seconds.
   */
  readonly revoke: (target: RevocationTarget) => TE.TaskEither<Conflict | Unavailable, Revocation>
  /**
   * Adds revocations that another change has stored. This process refuses their tokens at once, as after `revoke`.
   */
  readonly note: (revoked: ReadonlyArray<Revocation>) => Promise<void>
  readonly list: Revocations['list']
}

type Deps = {
  readonly revocations: Revocations
  readonly revocationIndex: RevocationIndex
  readonly revocationFile: RevocationFile
  readonly clock: Clock
  readonly sleep: Sleep
  readonly log: Log
}

/** Maximum wait of a verification for the first refresh (milliseconds). */
const firstRefreshMs = 1000

/** The copy is rewritten if it has more superfluous entries than this, and more than useful ones. */
const superfluousEntries = 1000

export const createRevocationService = (deps: Deps): RevocationService => {
  const { revocations, revocationIndex, revocationFile, clock, sleep, log } = deps
  let horizon: RevocationHorizon | null = null
  const refreshed = new AbortController()
  let uncopied: ReadonlyArray<Revocation> = []
  let isCopyFailing = false

  const reportCopyFailure = ({ cause }: Unavailable): void => {
    if (!isCopyFailing) log.error('revocations.not_copied', { cause: String(cause) })
    isCopyFailing = true
  }

  /**
   * A failure is not an error of the caller, because the index is right. The next call tries again. Only the first of
   * several failures is logged.
   */
  const copy = async (): Promise<void> => {
    const added = uncopied
    if (added.length === 0) return
    uncopied = []
    const written = await revocationFile.add(added)()
    if (E.isRight(written)) {
      isCopyFailing = false
      return
    }
    uncopied = [...added, ...uncopied]
    reportCopyFailure(written.left)
  }

  const apply = async (arrived: ReadonlyArray<Revocation>): Promise<void> => {
    uncopied = [...uncopied, ...revocationIndex.add(arrived)]
    await copy()
  }

  const readCopy = async (): Promise<void> => {
    const read = await revocationFile.read()
    if (E.isLeft(read)) return log.error('revocations.unreadable', { cause: String(read.left.cause) })
    const { revocations: copied, damaged } = read.right
    if (damaged > 0) log.error('revocations.damaged', { entries: damaged })
    revocationIndex.add(copied)
    revocationIndex.dropExpired(Math.floor(clock() / 1000))
    const needed = revocationIndex.entries()
    if (copied.length - needed.length <= Math.max(superfluousEntries, needed.length)) return
    const replaced = await revocationFile.replace(needed)()
    if (E.isLeft(replaced)) reportCopyFailure(replaced.left)
  }

  const refresh: RevocationService['refresh'] = async () => {
    const changes = await revocations.listSince(horizon)()
    if (E.isLeft(changes)) {
      horizon = null
      return changes
    }
    horizon = changes.right.horizon
    await apply(changes.right.revocations)
    refreshed.abort()
    return E.right(undefined)
  }

  return {
    openIndex: async () => {
      await readCopy()
      revocationIndex.waitFor(sleep(firstRefreshMs, refreshed.signal))
    },

    refresh,

    refreshAll: async () => {
      horizon = null
      return refresh()
    },

    revoke: (target) => async () => {
      const revoked = await revocations.revoke(target)()
      if (E.isRight(revoked)) await apply([revoked.right])
      return revoked
    },

    note: apply,

    list: revocations.list,
  }
}

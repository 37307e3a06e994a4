import { E, O, type TE } from '../../fp.ts'
import type { Monotonic } from '../../ports/monotonic.ts'
import type { Sleep } from '../../ports/sleep.ts'
import type { WorkLocks } from '../../ports/work-locks.ts'
import type { UploadUid } from '../media/ids.ts'
import { type Conflict, conflict, type Unavailable } from '../shared/errors.ts'

/** What tells the holder of the lock of an upload to end. */
export type UploadHold = {
  /** Is aborted when the lock is lost: another process may have it. Nothing may be written any more. */
  readonly lost: AbortSignal
  /** Is aborted when another request for the same upload waits. */
  readonly asked: AbortSignal
}

/** The signals of an acknowledged upload, whose lock is not needed. */
export const unheld: UploadHold = { lost: new AbortController().signal, asked: new AbortController().signal }

export type UploadLockDeps = {
  readonly locks: Pick<WorkLocks, 'tryWith' | 'ask'>
  readonly sleep: Sleep
  readonly monotonic: Monotonic
}

/** Time in milliseconds between two attempts to get a lock. */
const retryMs = 50
/** A holder ends with its current piece, and then waits for the disk and the database. */
const maxWaitMs = 4000

export const uploadBusy = conflict('another request for this upload is running')

const nameOf = (uid: UploadUid): string => `upload:${uid}`

/** Runs `work` with the lock of an upload. Returns `none` if another request or process has it. */
export const tryWithUploadLock = <L, A>(
  { locks }: { readonly locks: Pick<WorkLocks, 'tryWith'> },
  uid: UploadUid,
  work: (hold: UploadHold) => TE.TaskEither<L, A>,
): TE.TaskEither<L | Unavailable, O.Option<A>> =>
  locks.tryWith(nameOf(uid), (lost, asked) => work({ lost, asked }))

/**
 * Runs `work` with the lock of an upload. Asks the request that has it to end, because a client that was cut off comes
 * back before the server notices: then the old request writes down what it has, and this one continues there.
 */
export const withUploadLock =
  <L, A>(
    deps: UploadLockDeps,
    uid: UploadUid,
    work: (hold: UploadHold) => TE.TaskEither<L, A>,
  ): TE.TaskEither<L | Conflict | Unavailable, A> =>
  async () => {
    const { locks, sleep, monotonic } = deps
    const end = monotonic() + maxWaitMs
    for (;;) {
      const done = await tryWithUploadLock(deps, uid, work)()
      if (E.isLeft(done)) return done
      if (O.isSome(done.right)) return E.right(done.right.value)
      if (monotonic() >= end) return E.left(uploadBusy)
      const asked = await locks.ask(nameOf(uid))()
      if (E.isLeft(asked)) return asked
      await sleep(retryMs, new AbortController().signal)
    }
  }

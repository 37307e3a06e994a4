import { E, TE } from '../../fp.ts'
import type { BusPositions } from '../../ports/bus-positions.ts'
import type { StaleValues } from '../../ports/cache.ts'
import type { Clock } from '../../ports/clock.ts'
import type { BusPosition, BusSession, InvalidationBus } from '../../ports/invalidation-bus.ts'
import { addMilliseconds, type Monotonic, type MonotonicMs } from '../../ports/monotonic.ts'
import { revocationsName } from '../../ports/revocations.ts'
import type { Sleep } from '../../ports/sleep.ts'
import { type Backoff, backoffMilliseconds } from '../background/backoff.ts'
import type { OutageLog } from '../health/outage-log.ts'
import { oneLineMessage } from '../shared/error-text.ts'
import { type Unavailable, unavailable } from '../shared/errors.ts'
import { applyStaleValues, type StaleDeps } from './apply-stale.ts'
import type { FollowTrust } from './follow-trust.ts'

/**
 * `idle`: this process does not follow, because it does not serve. `following`: it hears of every change.
 * `behind`: it is connected, and has not yet applied what it missed. `cut`: it has no connection.
 */
type FollowState = 'idle' | 'following' | 'behind' | 'cut'

/** Applies the changes of all processes to the cache of this one. */
export type Follower = {
  /**
   * Makes this process one that follows, before `run` does. A server calls it before it opens its port: a request that
   * arrives before the first read would be answered from what was cached before the process ended.
   */
  readonly prepare: () => void
  /** Follows until the signal is aborted. Failures are logged as an outage, and retried. Never rejects. */
  readonly run: (signal: AbortSignal) => Promise<void>
  readonly state: () => FollowState
  /** Milliseconds since everything was known to be applied; 0 while `idle`. */
  readonly staleMs: () => number
  /**
   * Whether this process may serve media (http-api.md §9.9): not before it has read the log since its start, and not if
   * it has heard of no change for too long. A process that does not follow may.
   */
  readonly mayServeMedia: () => boolean
  /**
   * The position up to which everything was applied; `null` while the process does not follow: the position of an
   * earlier session, or of the disk, may be of another history of the database.
   */
  readonly position: () => BusPosition | null
  /**
   * Resolves when the process has caught up for the first time since it follows, or fails to after its first second;
   * `null` if it has already. Failures before that are of a database that starts at the same time.
   */
  readonly catchingUp: () => Promise<void> | null
  /** Fails with Unavailable unless the process follows, or is idle. */
  readonly check: TE.TaskEither<Unavailable, void>
}

type Deps = StaleDeps & {
  readonly bus: InvalidationBus
  readonly positions: BusPositions
  /** Reads new revocations. Called when the log announces some. */
  readonly readRevocations: TE.TaskEither<Unavailable, void>
  /**
   * Reads all revocations. Called for each session and after a gap: a restored database has revocations of another
   * history.
   */
  readonly readAllRevocations: TE.TaskEither<Unavailable, void>
  readonly trust: FollowTrust
  readonly maxCutMs: number
  /** Media are served before the first read of the log if the position of the disk is at most this old; 0: never. */
  readonly startUnheardMs: number
  readonly outages: OutageLog
  readonly clock: Clock
  readonly monotonic: Monotonic
  readonly sleep: Sleep
}

/** Pause between two reads of the log if no change is announced (milliseconds). */
const pollMs = 1000
/** Failures of this first time (milliseconds) do not end the waits for the first read of the log. */
const firstTriesMs = 1000
const backoff: Backoff = { first: 50, most: 5000 }
/**
 * Number of failures in a row before an outage is logged. At a start the log does not exist before the
 * migrations have run, and a database that is restarted is back in a few seconds.
 */
const unloggedFailures = 8
/** A session that breaks sooner than this (milliseconds) counts as a failure, however much it has read. */
const stableMs = 5000
/**
 * Shortest time between two saves of the position (milliseconds). A save may flush the disk, which takes
 * longer than to apply a change.
 */
const saveNewsMs = 1000
/** The position is also saved this often (ms), so that its time shows until when this process followed. */
const saveMs = 60_000

export const createFollower = (deps: Deps): Follower => {
  const { bus, positions, trust, startUnheardMs, outages, clock, monotonic, sleep } = deps
  let position = positions.initial?.position ?? null
  let session: BusSession | null = null
  let hasRead = false
  /** Whether the log was read since this process follows, by any session. */
  let hasHeard = false
  /** Number of failures in a row: sessions that could not be opened, or broke soon. */
  let failures = 0
  /** The moment from which the cut is counted before anything was applied; `null` while idle. */
  let startedAt: MonotonicMs | null = null
  /** Time of day until which everything was applied. The monotonic clock stands while the machine is suspended. */
  let freshUntil = 0
  let savedAt: MonotonicMs | null = null
  let savedId: number | null = null
  let cause: unknown = 'it has not been reached yet'
  let catchingUp: Promise<void> | null = null
  let endCatchingUp = (): void => undefined

  const state = (): FollowState => {
    if (startedAt === null) return 'idle'
    if (monotonic() < trust.until()) return 'following'
    return session === null ? 'cut' : 'behind'
  }

  const staleMs = (): number =>
    startedAt === null ? 0 : Math.max(monotonic() - (trust.lastFresh() ?? startedAt), clock() - freshUntil)

  /**
   * An instance that has stopped is not in the list of instances, so receipts say nothing of it: only its own read of
   * the log tells it what was taken down meanwhile.
   */
  const mayServeUnheard = (): boolean => {
    const { initial } = positions
    return (
      startUnheardMs > 0 && initial !== null && initial.reachedAt <= clock() && staleMs() <= startUnheardMs
    )
  }

  const mayServeMedia = (): boolean =>
    startedAt === null || ((hasHeard || mayServeUnheard()) && staleMs() <= deps.maxCutMs)

  const readRevocationsOf = (stale: StaleValues): TE.TaskEither<Unavailable, void> => {
    if (stale === 'all') return deps.readAllRevocations
    return stale.names.includes(revocationsName) ? deps.readRevocations : TE.right(undefined)
  }

  /** Revocations come first, because a large change takes longer to apply. */
  const apply =
    (stale: StaleValues): TE.TaskEither<Unavailable, void> =>
    async () => {
      const revoked = await readRevocationsOf(stale)()
      const applied = await applyStaleValues(deps, stale)()
      return E.isLeft(revoked) ? revoked : applied
    }

  /** Reads the log once, applies it, and then saves the position. */
  const catchUp = async (open: BusSession): Promise<E.Either<Unavailable, void>> => {
    const at = monotonic()
    const timeOfDay = clock()
    const reached = await open.catchUp(position, apply)()
    if (E.isLeft(reached)) return reached
    position = reached.right
    trust.extend(at)
    freshUntil = timeOfDay
    hasHeard = true
    endCatchingUp()
    const pauseMs = savedId === position.newest.id ? saveMs : saveNewsMs
    if (savedAt !== null && at - savedAt < pauseMs) return E.right(undefined)
    // Without a saved position the next start only repeats more. So a failure changes nothing here.
    const saved = await positions.save({ position, reachedAt: timeOfDay })()
    if (E.isRight(saved)) {
      savedAt = at
      savedId = position.newest.id
    }
    return E.right(undefined)
  }

  /** Follows with one connection, until it breaks. */
  const followOnce = async (signal: AbortSignal): Promise<void> => {
    let wake = new AbortController()
    const wakeUp = () => wake.abort()
    const opened = await bus.open(wakeUp)()
    if (E.isLeft(opened)) {
      cause = opened.left.cause
      return
    }
    const openedAt = monotonic()
    session = opened.right
    const stop = () => {
      wakeUp()
      opened.right.close()
    }
    session.lost.addEventListener('abort', wakeUp)
    signal.addEventListener('abort', stop)
    hasRead = false
    try {
      const revocations = await deps.readAllRevocations()
      if (E.isLeft(revocations)) {
        cause = revocations.left.cause
        return
      }
      while (!signal.aborted && !session.lost.aborted) {
        wake = new AbortController()
        const read = await catchUp(session)
        if (E.isLeft(read)) {
          cause = read.left.cause
          return
        }
        hasRead = true
        if (monotonic() - openedAt >= stableMs) {
          failures = 0
          outages.answered('bus')
        }
        if (!signal.aborted && !session.lost.aborted) await sleep(pollMs, wake.signal)
      }
      cause = 'its connection broke'
    } finally {
      signal.removeEventListener('abort', stop)
      session = null
      trust.end()
      await opened.right.close()
    }
  }

  const prepare = (): void => {
    catchingUp = new Promise<void>((resolve) => {
      endCatchingUp = () => {
        catchingUp = null
        resolve()
      }
    })
    const timeOfDay = clock()
    freshUntil = Math.min(timeOfDay, positions.initial?.reachedAt ?? timeOfDay)
    startedAt = addMilliseconds(monotonic(), freshUntil - timeOfDay)
  }

  return {
    prepare,
    run: async (signal) => {
      if (startedAt === null) prepare()
      const firstTriesUntil = addMilliseconds(monotonic(), firstTriesMs)
      while (!signal.aborted) {
        await followOnce(signal)
        if (signal.aborted || monotonic() >= firstTriesUntil) endCatchingUp()
        if (signal.aborted) break
        failures += 1
        if (failures >= unloggedFailures) outages.failed('bus', { cause: oneLineMessage(cause) })
        await sleep(backoffMilliseconds(backoff, failures, Math.random), signal)
      }
    },
    state,
    staleMs,
    mayServeMedia,
    catchingUp: () => catchingUp,
    position: () => (session !== null && hasRead ? position : null),
    check: async () =>
      state() === 'following' || state() === 'idle'
        ? E.right(undefined)
        : E.left(unavailable('bus')(`${state()}: ${oneLineMessage(cause)}`)),
  }
}

import { E, type TE } from '../../fp.ts'
import { addMilliseconds, type Monotonic } from '../../ports/monotonic.ts'
import type { Sleep } from '../../ports/sleep.ts'
import type { DomainError } from '../shared/errors.ts'
import type { MediaState } from './media-state.ts'

/** What a viewer who follows a file is sent: each new state, and `quiet` if there was none for a while. */
export type StateNews = MediaState | 'quiet'

type Deps = {
  /** Reads the state. Fails with Unavailable for a while, with any other error when the viewer may not see it any more. */
  readonly read: TE.TaskEither<DomainError, MediaState>
  /** Whether the process shuts down. Viewers then follow another one. */
  readonly isStopping: () => boolean
  readonly sleep: Sleep
  readonly monotonic: Monotonic
}

/** Pause between two reads (milliseconds). All viewers of a file share one query a second (MediaStatus). */
const readEveryMs = 1000
/** Proxies close a connection that is quiet for a minute or even less. */
const quietMs = 15_000

export const isFinalState = ({ state }: MediaState): boolean => state === 'ready' || state === 'failed'

const isSameState = (a: MediaState, b: MediaState): boolean => JSON.stringify(a) === JSON.stringify(b)

/**
 * Yields `first`, and then each other state of the file, until a final one, until the viewer may not see the
 * file any more, until the process shuts down, or until the signal is aborted.
 */
export const followMediaState = async function* (
  { read, isStopping, sleep, monotonic }: Deps,
  first: MediaState,
  signal: AbortSignal,
): AsyncGenerator<StateNews> {
  let known = first
  yield known
  let quietAt = addMilliseconds(monotonic(), quietMs)
  while (!isFinalState(known)) {
    await sleep(readEveryMs, signal)
    if (signal.aborted || isStopping()) return
    const current = await read()
    if (E.isLeft(current) && current.left._tag !== 'Unavailable') return
    const isNews = E.isRight(current) && !isSameState(current.right, known)
    if (!isNews && monotonic() < quietAt) continue
    if (isNews) known = current.right
    yield isNews ? known : 'quiet'
    quietAt = addMilliseconds(monotonic(), quietMs)
  }
}

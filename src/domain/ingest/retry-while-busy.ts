import { E, O, type TE } from '../../fp.ts'
import type { Sleep } from '../../ports/sleep.ts'
import type { Refused, Unavailable } from '../shared/errors.ts'
import { workStoppedFailure } from '../shared/work-stopped.ts'

export type WaitOptions = {
  /** Is called once if another process has the lock. */
  readonly onWaiting: () => void
  readonly signal: AbortSignal
}

/** Delay in milliseconds between two attempts while another process has the lock. */
const retryMilliseconds = 1000

/** Repeats the attempt while it returns `none`, which means that another process has the lock. */
export const retryWhileBusy = async <A>(
  sleep: Sleep,
  attempt: TE.TaskEither<Refused | Unavailable, O.Option<A>>,
  { onWaiting, signal }: WaitOptions,
): Promise<E.Either<Refused | Unavailable, A>> => {
  for (let tries = 0; !signal.aborted; tries += 1) {
    const result = await attempt()
    if (E.isLeft(result)) return result
    if (O.isSome(result.right)) return E.right(result.right.value)
    if (tries === 0) onWaiting()
    await sleep(retryMilliseconds, signal)
  }
  return E.left(workStoppedFailure)
}

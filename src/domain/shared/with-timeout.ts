import { E, type TE } from '../../fp.ts'
import { type Unavailable, unavailable } from './errors.ts'
import { TimeoutError } from './timeout-error.ts'

/** Settles as `promise` does. Rejects with TimeoutError after `ms` milliseconds. */
export const withTimeout = <A>(
  promise: Promise<A>,
  ms: number,
  message = `no answer within ${ms} ms`,
): Promise<A> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new TimeoutError(message)), ms)
    promise.then(resolve, reject).finally(() => clearTimeout(timer))
  })

/**
 * Fails with `Unavailable` if the task takes longer than `ms` (milliseconds), or rejects. A later result goes
 * to `onLate`, so that a late stream can be closed.
 */
export const withTaskTimeout =
  <L, A>(
    task: TE.TaskEither<L, A>,
    ms: number,
    dependency: string,
    onLate: (late: A) => void = () => undefined,
  ): TE.TaskEither<L | Unavailable, A> =>
  async () => {
    const answer = task()
    try {
      return await withTimeout(answer, ms)
    } catch (cause) {
      // The caller has already got the timeout, so a later failure is ignored.
      answer.then((late) => E.isRight(late) && onLate(late.right)).catch(() => undefined)
      return E.left(unavailable(dependency)(cause))
    }
  }

import { type Unavailable, unavailable } from '../../domain/shared/errors.ts'
import { NoAnswer } from '../../domain/shared/no-answer.ts'
import { E, type TE } from '../../fp.ts'

/**
 * One limit over all that one request waits for. Each wait has a limit of its own, but a client feels their sum: a
 * database that answers late and a store that then does not answer at all.
 */
export type Deadline = {
  /**
   * The task, given up as unavailable for want of `dependency` when the time is over. What it gives after that goes to
   * `onLate`.
   */
  readonly inTime: <L, A>(
    task: TE.TaskEither<L, A>,
    dependency: string,
    onLate?: (late: A) => void,
  ) => TE.TaskEither<L | Unavailable, A>
  /** What is waited for is on its way, though slowly: the time begins anew. */
  readonly extend: () => void
}

/** `now`: milliseconds, by a clock that never goes back. */
export const startDeadline = (ms: number, now: () => number): Deadline => {
  let end = now() + ms
  return {
    inTime:
      (task, dependency, onLate = () => undefined) =>
      () =>
        new Promise((resolve, reject) => {
          let isLate = false
          let timer: NodeJS.Timeout
          const wait = () => {
            timer = setTimeout(check, Math.max(1, end - now()))
          }
          const check = () => {
            if (end > now()) return wait()
            isLate = true
            resolve(E.left(unavailable(dependency)(new NoAnswer(`no reply within ${ms} ms`))))
          }
          wait()
          task()
            .then((result) => {
              if (isLate && E.isRight(result)) onLate(result.right)
              resolve(result)
            }, reject)
            .finally(() => clearTimeout(timer))
        }),
    extend: () => {
      end = now() + ms
    },
  }
}

import { type Unavailable, unavailable } from '../../domain/shared/errors.ts'
import { TimeoutError } from '../../domain/shared/timeout-error.ts'
import { E, type TE } from '../../fp.ts'
import type { Monotonic } from '../../ports/monotonic.ts'

/**
 * One time limit for everything that a request waits for. Each dependency has its own timeout, but the client
 * waits for the sum of them, for example of a slow database and an object store that does not reply.
 */
export type Deadline = {
  /**
   * Runs the task. Fails with Unavailable(`dependency`) after the deadline; a result that arrives later is
   * passed to `onLate`.
   */
  readonly inTime: <L, A>(
    task: TE.TaskEither<L, A>,
    dependency: string,
    onLate?: (late: A) => void,
  ) => TE.TaskEither<L | Unavailable, A>
  /** Restarts the time limit. Called when a dependency is slow but makes progress. */
  readonly extend: () => void
}

/** Starts a deadline in `ms` milliseconds. */
export const startDeadline = (ms: number, monotonic: Monotonic): Deadline => {
  let end = monotonic() + ms
  return {
    inTime:
      (task, dependency, onLate = () => undefined) =>
      () =>
        new Promise((resolve, reject) => {
          let isLate = false
          let timer: NodeJS.Timeout
          const wait = () => {
            timer = setTimeout(check, Math.max(1, end - monotonic()))
          }
          const check = () => {
            if (end > monotonic()) return wait()
            isLate = true
            resolve(E.left(unavailable(dependency)(new TimeoutError(`no reply within ${ms} ms`))))
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
      end = monotonic() + ms
    },
  }
}

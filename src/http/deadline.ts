import type { Unavailable } from '../domain/shared/errors.ts'
import { limited } from '../domain/shared/limited.ts'
import type { TE } from '../fp.ts'

/** The task, given up when the time of the request is over. What it gives after that goes to `onLate`. */
export type Deadline = <L, A>(
  task: TE.TaskEither<L, A>,
  onLate?: (late: A) => void,
) => TE.TaskEither<L | Unavailable, A>

/**
 * One limit over all that one request waits for, from now on. Each wait has a limit of its own, but a client feels
 * their sum: a database that answers late and a store that then does not answer at all.
 *
 * `now`: milliseconds, by a clock that never goes back.
 */
export const startDeadline = (ms: number, now: () => number): Deadline => {
  const end = now() + ms
  return (task, onLate) => limited(task, Math.max(1, end - now()), 'database or object store', onLate)
}

import { E, type TE } from '../../fp.ts'
import { type Unavailable, unavailable } from './errors.ts'
import { NoAnswer } from './no-answer.ts'

/**
 * Fails with `Unavailable` if the task takes longer than `ms` (milliseconds). A later result goes to
 * `onLate`, so that a late stream can be closed.
 */
export const withTimeLimit =
  <L, A>(
    task: TE.TaskEither<L, A>,
    ms: number,
    dependency: string,
    onLate: (late: A) => void = () => undefined,
  ): TE.TaskEither<L | Unavailable, A> =>
  () =>
    new Promise((resolve, reject) => {
      let isLate = false
      const timer = setTimeout(() => {
        isLate = true
        resolve(E.left(unavailable(dependency)(new NoAnswer(`no answer within ${ms} ms`))))
      }, ms)
      task().then(
        (result) => {
          clearTimeout(timer)
          if (isLate && E.isRight(result)) onLate(result.right)
          resolve(result)
        },
        (error) => {
          clearTimeout(timer)
          reject(error)
        },
      )
    })

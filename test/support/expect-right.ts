import { AssertionError } from 'chai'
import { E, type TE } from '../../src/fp.ts'

/** Runs the task and returns its right. A left fails the test, and is shown. */
export const right = async <L, A>(task: TE.TaskEither<L, A>): Promise<A> => {
  const result = await task()
  if (E.isLeft(result)) throw new AssertionError(`expected a right, got ${JSON.stringify(result.left)}`)
  return result.right
}

/** Runs the task and returns its left. A right fails the test, and is shown. */
export const left = async <L, A>(task: TE.TaskEither<L, A>): Promise<L> => {
  const result = await task()
  if (E.isRight(result)) throw new AssertionError(`expected a left, got ${JSON.stringify(result.right)}`)
  return result.left
}

import { AssertionError } from 'chai'
import { E, type TE } from '../../src/fp.ts'

/** Runs the task and returns its right. If it returns a left, the test fails and shows the left. */
export const right = async <L, A>(task: TE.TaskEither<L, A>): Promise<A> => {
  const result = await task()
  if (E.isLeft(result)) throw new AssertionError(`expected a right, got ${JSON.stringify(result.left)}`)
  return result.right
}

/** Runs the task and returns its left. If it returns a right, the test fails and shows the right. */
export const left = async <L, A>(task: TE.TaskEither<L, A>): Promise<L> => {
  const result = await task()
  if (E.isRight(result)) throw new AssertionError(`expected a left, got ${JSON.stringify(result.right)}`)
  return result.left
}

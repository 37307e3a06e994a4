import { AssertionError } from 'chai'
import { E, type TE } from '../../src/fp.ts'

/** Run it and hand back the right; a left fails the test with the left shown. */
export const right = async <L, A>(task: TE.TaskEither<L, A>): Promise<A> => {
  const result = await task()
  if (E.isLeft(result)) throw new AssertionError(`expected a right, got ${JSON.stringify(result.left)}`)
  return result.right
}

/** Run it and hand back the left; a right fails the test. */
export const left = async <L, A>(task: TE.TaskEither<L, A>): Promise<L> => {
  const result = await task()
  if (E.isRight(result)) throw new AssertionError(`expected a left, got ${JSON.stringify(result.right)}`)
  return result.left
}

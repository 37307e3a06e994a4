import type { DomainError } from '../domain/shared/errors.ts'
import { E, type TE } from '../fp.ts'
import { explainError } from '../terminal/explain-error.ts'
import { Failure } from './command.ts'

/** Runs the task. Throws a `Failure`, which ends the command, if the task fails. */
export const orFail = async <A>(task: TE.TaskEither<DomainError, A>): Promise<A> => {
  const result = await task()
  if (E.isLeft(result)) throw new Failure(explainError(result.left))
  return result.right
}

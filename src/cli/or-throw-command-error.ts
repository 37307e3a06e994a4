import type { DomainError } from '../domain/shared/errors.ts'
import { E, type TE } from '../fp.ts'
import { explainError } from '../terminal/explain-error.ts'
import { CommandError } from './command.ts'

/** Runs a task. If it fails, throws a `CommandError`, which ends the command. */
export const orThrowCommandError = async <A>(task: TE.TaskEither<DomainError, A>): Promise<A> => {
  const result = await task()
  if (E.isLeft(result)) throw new CommandError(explainError(result.left))
  return result.right
}

import { oneLine } from '../domain/health/health-service.ts'
import type { DomainError } from '../domain/shared/errors.ts'
import { E, type TE } from '../fp.ts'
import { Failure } from './command.ts'

/** An error in one line, for the person at the terminal. */
export const explain = (error: DomainError): string => {
  switch (error._tag) {
    case 'Refused':
      return error.message
    case 'NotFound':
      return `there is no ${error.what.replaceAll('_', ' ')} with the uid ${error.uid}`
    case 'Unavailable':
      return error.mayHaveHappened
        ? `the ${error.dependency} did not say whether it was done (${oneLine(error.cause)}): try again`
        : `the ${error.dependency} cannot be used: ${oneLine(error.cause)}`
    case 'BadOrigin':
      return `the object store is damaged: ${error.what}`
    case 'Forbidden':
      return 'this is not permitted'
  }
}

/** Runs it; a left ends the command. */
export const orFail = async <A>(task: TE.TaskEither<DomainError, A>): Promise<A> => {
  const result = await task()
  if (E.isLeft(result)) throw new Failure(explain(result.left))
  return result.right
}

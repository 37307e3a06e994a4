import { oneLineMessage } from '../domain/shared/error-text.ts'
import type { DomainError } from '../domain/shared/errors.ts'

/** Puts the subject of a message, a file or a uid, before it, unless the message names it. */
export const withSubject = (subject: string, message: string): string =>
  message.includes(subject) ? message : `${subject}: ${message}`

/** Explains an error in one line that names its subject. */
export const explainErrorOf = (subject: string, error: DomainError): string =>
  withSubject(subject, explainError(error))

/** Explains an error in one line for the terminal. */
export const explainError = (error: DomainError): string => {
  switch (error._tag) {
    case 'Refused':
    case 'NotAccepted':
    case 'Conflict':
      return error.message
    case 'VersionMismatch':
      return `${error.uid} was changed meanwhile: try again`
    case 'TooLarge':
      return `it is longer than the permitted ${error.maxBytes} bytes`
    case 'Overloaded':
      return `too many requests are waiting: try again in ${error.retryAfterSeconds} seconds`
    case 'NotFound':
      return `there is no ${error.what.replaceAll('_', ' ')} with the uid ${error.uid}`
    case 'Unavailable':
      return error.mayHaveHappened
        ? `the ${error.dependency} did not confirm the change (${oneLineMessage(error.cause)}), which may have happened: try again`
        : `the ${error.dependency} cannot be used: ${oneLineMessage(error.cause)}`
    case 'BadOrigin':
      return `the object store is damaged: ${error.what}`
    case 'WrongKind':
      return 'files of this kind are not accepted'
    case 'TakenDown':
      return 'these bytes were taken down, so they are not accepted again'
    case 'NoSpace':
      return 'the disk has no space for it'
    case 'Forbidden':
      return 'this is not permitted'
  }
}

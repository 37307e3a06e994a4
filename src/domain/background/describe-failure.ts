import { oneLineMessage } from '../shared/error-text.ts'
import type { DomainError } from '../shared/errors.ts'

export const isDomainError = (error: unknown): error is DomainError =>
  typeof error === 'object' && error !== null && '_tag' in error

/** Describes a failure in one line, for operators. */
export const describeFailure = (error: unknown): string => {
  if (!isDomainError(error)) return oneLineMessage(error)
  switch (error._tag) {
    case 'Unavailable':
      return `${error.dependency}: ${oneLineMessage(error.cause)}`
    case 'Refused':
    case 'NotAccepted':
    case 'Conflict':
      return error.message
    case 'VersionMismatch':
      return `another version of ${error.uid}`
    case 'TooLarge':
      return `longer than ${error.maxBytes} bytes`
    case 'Overloaded':
      return `overloaded, for ${error.retryAfterSeconds} s`
    case 'WrongKind':
      return 'files of this kind are not accepted'
    case 'TakenDown':
      return 'the bytes were taken down'
    case 'NoSpace':
      return 'the disk has no space'
    case 'BadOrigin':
      return error.what
    case 'NotFound':
      return `no ${error.what} ${error.uid}`
    case 'Forbidden':
      return error.reason
  }
}

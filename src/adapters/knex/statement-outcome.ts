import { DatabaseError } from 'pg'
import { outcomeUnknown, type Unavailable, unavailable } from '../../domain/shared/errors.ts'
import { NotConnectedError } from './bounded-client.ts'

const dependency = 'database'

/**
 * Error codes with which the server ends a connection, so that it is unknown whether the statement had an
 * effect (PostgreSQL, appendix A): connection exceptions, operator intervention, "statement completion
 * unknown".
 */
const endsConnection = /^(08|57P|40003)/

/** Returns whether a failed write certainly had no effect: it was never sent, or the server rejected it. */
const isRejected = (error: unknown): boolean =>
  error instanceof NotConnectedError ||
  (error instanceof DatabaseError && error.code !== undefined && !endsConnection.test(error.code))

/**
 * Error codes with which the server rejects the values of a statement (PostgreSQL, appendix A): cardinality
 * violations, data exceptions, violated constraints, exceeded limits.
 */
const rejectsValues = /^(21|22|23|54)/

/**
 * Throws the error again if the database rejected the values of the statement. The same values are rejected each
 * time, so this is no outage, and a retry does not help: the code that decoded the values has a bug.
 */
const rethrowRejectedValues = (error: unknown): void => {
  if (error instanceof DatabaseError && rejectsValues.test(error.code ?? '')) throw error
}

const uniqueViolation = '23505'

/** Returns whether a statement failed because another row has the same values in this unique index. */
export const violatesUniqueIndex = (error: unknown, index: string): boolean =>
  error instanceof DatabaseError && error.code === uniqueViolation && error.constraint === index

/**
 * Converts the error of a write. Throws it if the database rejected the values. The result tells whether the write
 * had no effect, or whether its effect is unknown.
 */
export const toWriteFailure = (error: unknown): Unavailable => {
  rethrowRejectedValues(error)
  return isRejected(error) ? unavailable(dependency)(error) : outcomeUnknown(dependency)(error)
}

/**
 * Converts the error of a query, or of a transaction before its COMMIT. Neither had an effect. Throws the error if
 * the database rejected the values.
 */
export const toReadFailure = (error: unknown): Unavailable => {
  rethrowRejectedValues(error)
  return unavailable(dependency)(error)
}

import { DatabaseError } from 'pg'
import { outcomeUnknown, type Unavailable, unavailable } from '../../domain/shared/errors.ts'
import { NotConnectedError } from './bounded-client.ts'

const dependency = 'database'

/**
 * Error codes with which the server ends a connection, so that the outcome of the statement is unknown
 * (PostgreSQL, appendix A): connection exceptions, operator intervention, "statement completion unknown".
 */
const endsConnection = /^(08|57P|40003)/

/** Returns whether a failed write certainly had no effect: it was never sent, or the server rejected it. */
const isRejected = (error: unknown): boolean =>
  error instanceof NotConnectedError ||
  (error instanceof DatabaseError && error.code !== undefined && !endsConnection.test(error.code))

/**
 * Converts the error of a write. The result tells whether the write had no effect, or its outcome is unknown.
 */
export const toWriteFailure = (error: unknown): Unavailable =>
  isRejected(error) ? unavailable(dependency)(error) : outcomeUnknown(dependency)(error)

/** Converts the error of a query, or of a transaction before its COMMIT. It had no effect. */
export const toReadFailure = unavailable(dependency)

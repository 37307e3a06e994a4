import { DatabaseError } from 'pg'
import { outcomeUnknown, type Unavailable, unavailable } from '../../domain/shared/errors.ts'
import { NotConnected } from './bounded-client.ts'

const dependency = 'database'

/**
 * Codes with which the server ends a connection, whatever became of the statement (PostgreSQL, appendix A):
 * connection exceptions, operator intervention, "statement completion unknown".
 */
const endsConnection = /^(08|57P|40003)/

/** Whether a write that failed so cannot have taken effect: it was never sent, or the server refused it. */
const isRefused = (error: unknown): boolean =>
  error instanceof NotConnected ||
  (error instanceof DatabaseError && error.code !== undefined && !endsConnection.test(error.code))

/** A write that failed: without an effect, or with one that is not known. */
export const writeFailure = (error: unknown): Unavailable =>
  isRefused(error) ? unavailable(dependency)(error) : outcomeUnknown(dependency)(error)

/** A question that failed, or a transaction that never came to its COMMIT. */
export const readFailure = unavailable(dependency)

import { unavailable } from './errors.ts'

/**
 * The failure of work that was aborted. The failure is Unavailable and not Refused, because neither a file nor
 * the library is the cause.
 */
export const workStoppedFailure = unavailable('work')('it was stopped before its end')

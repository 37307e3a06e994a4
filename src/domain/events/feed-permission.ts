import { E, type TE } from '../../fp.ts'
import type { Monotonic } from '../../ports/monotonic.ts'
import type { DomainError } from '../shared/errors.ts'

/** `unconfirmed`: the client gets nothing until its right is confirmed. `ended`: it may not follow any more. */
type Permission = 'confirmed' | 'unconfirmed' | 'ended'

/** A client gets nothing if its right was last confirmed longer ago than this (milliseconds). */
const confirmedMs = 1000
/** The right of a client that gets nothing is confirmed this often (milliseconds). */
const confirmEveryMs = 5000

/**
 * Says whether a client may follow events. `authorize` has just succeeded; it fails with Unavailable for a while, with
 * any other error when the client may not follow any more. An outage ends nothing, but confirms nothing either.
 */
export const createFeedPermission = (
  authorize: TE.TaskEither<DomainError, unknown>,
  monotonic: Monotonic,
) => {
  let confirmedAt = monotonic()
  return async (hasNews: boolean): Promise<Permission> => {
    const now = monotonic()
    if (now - confirmedAt < (hasNews ? confirmedMs : confirmEveryMs)) return 'confirmed'
    const allowed = await authorize()
    if (E.isLeft(allowed)) return allowed.left._tag === 'Unavailable' ? 'unconfirmed' : 'ended'
    confirmedAt = now
    return 'confirmed'
  }
}

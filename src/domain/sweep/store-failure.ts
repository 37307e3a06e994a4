import { type Unavailable, unavailable } from '../shared/errors.ts'
import { fromStreamError } from '../shared/stream-failure.ts'

/** What a list or a stream of the store threw. */
export const unavailableThrown = (cause: unknown): Unavailable => {
  const failure = fromStreamError(cause)
  return failure._tag === 'Unavailable' ? failure : unavailable('object store')(failure.what)
}

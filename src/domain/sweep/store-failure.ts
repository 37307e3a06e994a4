import { type Unavailable, unavailable } from '../shared/errors.ts'
import { fromStreamError } from '../shared/stream-failure.ts'

/** Converts an error that a listing or a stream of the object store has thrown to Unavailable. */
export const toUnavailable = (cause: unknown): Unavailable => {
  const failure = fromStreamError(cause)
  return failure._tag === 'Unavailable' ? failure : unavailable('object store')(failure.what)
}

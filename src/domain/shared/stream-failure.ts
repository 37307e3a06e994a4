import { type BadOrigin, type Unavailable, unavailable } from './errors.ts'

class StreamFailure extends Error {
  readonly failure: BadOrigin | Unavailable

  constructor(failure: BadOrigin | Unavailable) {
    super(failure._tag === 'BadOrigin' ? failure.what : `${failure.dependency} broke off`, { cause: failure })
    this.failure = failure
  }
}

/** Wraps a failure in an error, so that a stream can throw it. */
export const toStreamError = (failure: BadOrigin | Unavailable): Error => new StreamFailure(failure)

/** Returns the failure of the object store that a stream has thrown; `null` for any other error. */
export const storeFailureOf = (cause: unknown): BadOrigin | Unavailable | null =>
  cause instanceof StreamFailure ? cause.failure : null

/**
 * Returns the failure that a stream has thrown. Any error that `toStreamError` did not create means that the
 * object store interrupted the stream.
 */
export const fromStreamError = (cause: unknown): BadOrigin | Unavailable =>
  storeFailureOf(cause) ?? unavailable('object store')(cause)

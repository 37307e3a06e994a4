import { type BadOrigin, type Unavailable, unavailable } from './errors.ts'

class StreamFailure extends Error {
  readonly failure: BadOrigin | Unavailable

  constructor(failure: BadOrigin | Unavailable) {
    super(failure._tag === 'BadOrigin' ? failure.what : `${failure.dependency} broke off`, { cause: failure })
    this.failure = failure
  }
}

/** Wraps a failure so that a stream can throw it. */
export const toStreamError = (failure: BadOrigin | Unavailable): Error => new StreamFailure(failure)

/** Unwraps what a stream has thrown. Any other error means that the object store broke the stream off. */
export const fromStreamError = (cause: unknown): BadOrigin | Unavailable =>
  cause instanceof StreamFailure ? cause.failure : unavailable('object store')(cause)

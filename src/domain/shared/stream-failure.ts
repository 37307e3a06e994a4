import { type BadOrigin, type Unavailable, unavailable } from './errors.ts'

class StreamFailure extends Error {
  readonly failure: BadOrigin | Unavailable

  constructor(failure: BadOrigin | Unavailable) {
    super(failure._tag === 'BadOrigin' ? failure.what : `${failure.dependency} broke off`, { cause: failure })
    this.failure = failure
  }
}

/** A failure on its way through a stream, which can only throw. */
export const toStreamError = (failure: BadOrigin | Unavailable): Error => new StreamFailure(failure)

/** What a stream has thrown, in our words; what is none of them is the store's breaking off. */
export const fromStreamError = (cause: unknown): BadOrigin | Unavailable =>
  cause instanceof StreamFailure ? cause.failure : unavailable('object store')(cause)

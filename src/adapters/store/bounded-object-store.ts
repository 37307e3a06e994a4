import type { ByteStream } from '../../domain/media/bytes.ts'
import { type Unavailable, unavailable } from '../../domain/shared/errors.ts'
import { isTimeout } from '../../domain/shared/timeout-error.ts'
import { withTaskTimeout } from '../../domain/shared/with-timeout.ts'
import { E, O, pipe, type TE } from '../../fp.ts'
import type { ObjectStore } from '../../ports/object-store.ts'
import { type Breaker, circuitOpenError } from '../platform/breaker.ts'
import { cancelStream, cancelUnstartedStream } from '../platform/cancel-stream.ts'
import { withIdleTimeout, withStallTimeout } from '../platform/stream-timeouts.ts'
import { systemMonotonic } from '../platform/system-monotonic.ts'
import { putTimeoutMs } from './put-limit.ts'
import { defaultStoreLimits, type StoreLimits } from './store-limits.ts'

const dependency = 'object store'

/**
 * Adds a timeout to every call of an object store. After a timeout, reads fail at once for about a second
 * (circuit breaker). Writes and deletes have longer limits, and are always attempted.
 */
export const createBoundedObjectStore = (
  store: ObjectStore,
  breaker: Breaker,
  limits: StoreLimits = defaultStoreLimits,
): ObjectStore => {
  const guarded =
    <A>(task: TE.TaskEither<Unavailable, A>, ms: number, onLate?: (late: A) => void): typeof task =>
    async () => {
      if (!breaker.tryEnter()) return E.left(unavailable(dependency)(circuitOpenError()))
      const result = await withTaskTimeout(task, ms, dependency, onLate)()
      if (E.isRight(result)) breaker.answered()
      // Only timeouts open the breaker. Timeouts of an adapter with a shorter limit of its own count as well.
      else if (isTimeout(result.left.cause)) breaker.timedOut(result.left.cause)
      return result
    }

  /** Wraps a stream so that reading throws if the first bytes do not arrive before the deadline. */
  const withFirstByteLimit = (stream: ByteStream, deadline: number): ByteStream => {
    const source = stream[Symbol.asyncIterator]()
    const first = async () => {
      const leftMs = deadline - systemMonotonic()
      try {
        return await withStallTimeout(source.next(), Math.max(minimumMs, leftMs))
      } catch (cause) {
        // If the caller began to read after the deadline, the caller was slow, not the store.
        if (leftMs > 0 && isTimeout(cause)) breaker.timedOut(cause)
        cancelStream(stream)
        throw cause
      }
    }
    let isStarted = false
    const iterator: AsyncIterator<Uint8Array> = {
      next: () => {
        if (isStarted) return source.next()
        isStarted = true
        return first()
      },
      return: async () => (await source.return?.()) ?? { done: true, value: undefined },
    }
    return { [Symbol.asyncIterator]: () => iterator }
  }

  return {
    read: (key, range) => async () => {
      const deadline = systemMonotonic() + limits.firstByte
      const cancelLate = (late: O.Option<ByteStream>): void => {
        if (O.isSome(late)) cancelUnstartedStream(late.value)
      }
      const opened = await guarded(store.read(key, range), limits.firstByte, cancelLate)()
      return pipe(opened, E.map(O.map((stream) => withFirstByteLimit(stream, deadline))))
    },
    put: (key, object) => withTaskTimeout(store.put(key, object), putTimeoutMs(object.size), dependency),
    delete: (key) => withTaskTimeout(store.delete(key), limits.delete, dependency),
    check: guarded(store.check, limits.check),
    list: (prefix, after) => withIdleTimeout(store.list(prefix, after), limits.listed),
    unfinishedUploads: (prefix) => withIdleTimeout(store.unfinishedUploads(prefix), limits.listed),
  }
}

/**
 * Minimum time in milliseconds to wait for the first bytes, if the reader starts so late that the deadline is
 * near or over.
 */
const minimumMs = 500

import type { ByteStream } from '../../domain/media/bytes.ts'
import { type Unavailable, unavailable } from '../../domain/shared/errors.ts'
import { withTimeLimit } from '../../domain/shared/limited.ts'
import { isNoAnswer } from '../../domain/shared/no-answer.ts'
import { E, O, pipe, type TE } from '../../fp.ts'
import type { ObjectStore } from '../../ports/object-store.ts'
import { cancelStream, cancelUnstarted, withTimeout } from '../cache/blobs/byte-streams.ts'
import { type Breaker, circuitOpen } from '../platform/breaker.ts'
import { systemMonotonic } from '../platform/system-monotonic.ts'
import { putLimitMs } from './put-limit.ts'
import { type StoreLimits, usualStoreLimits } from './store-limits.ts'

const dependency = 'object store'

/**
 * An object store, whatever it is, for which nothing waits for ever. After a wait in vain it is not read for a moment;
 * what is stored and deleted has time, and is tried all the same.
 */
export const createBoundedObjectStore = (
  store: ObjectStore,
  breaker: Breaker,
  limits: StoreLimits = usualStoreLimits,
): ObjectStore => {
  const guarded =
    <A>(task: TE.TaskEither<Unavailable, A>, ms: number, onLate?: (late: A) => void): typeof task =>
    async () => {
      if (!breaker.tryEnter()) return E.left(unavailable(dependency)(circuitOpen()))
      const result = await withTimeLimit(task, ms, dependency, onLate)()
      if (E.isRight(result)) breaker.answered()
      // Any other failure costs the next caller nothing. An adapter whose own limit is shorter says so as well.
      else if (isNoAnswer(result.left.cause)) breaker.timedOut(result.left.cause)
      return result
    }

  /** The same stream, which throws when its first bytes do not come in time. It is handed on before they are here. */
  const promptly = (stream: ByteStream, deadline: number): ByteStream => {
    const source = stream[Symbol.asyncIterator]()
    const first = async () => {
      const left = deadline - systemMonotonic()
      try {
        return await withTimeout(source.next(), Math.max(minimumMs, left))
      } catch (cause) {
        // A reader that came late has not waited long enough to tell.
        if (left > 0 && isNoAnswer(cause)) breaker.timedOut(cause)
        cancelStream(stream)
        throw cause
      }
    }
    let isBegun = false
    const iterator: AsyncIterator<Uint8Array> = {
      next: () => {
        if (isBegun) return source.next()
        isBegun = true
        return first()
      },
      return: async () => (await source.return?.()) ?? { done: true, value: undefined },
    }
    return { [Symbol.asyncIterator]: () => iterator }
  }

  return {
    read: (key, range) => async () => {
      const deadline = systemMonotonic() + limits.firstByte
      const letGo = (late: O.Option<ByteStream>): void => {
        if (O.isSome(late)) cancelUnstarted(late.value)
      }
      const opened = await guarded(store.read(key, range), limits.firstByte, letGo)()
      return pipe(opened, E.map(O.map((stream) => promptly(stream, deadline))))
    },
    put: (key, object) => withTimeLimit(store.put(key, object), putLimitMs(object.size), dependency),
    delete: (key) => withTimeLimit(store.delete(key), limits.delete, dependency),
    check: guarded(store.check, limits.check),
    list: (prefix, after) => paced(store.list(prefix, after), limits.listed),
    unfinishedUploads: (prefix) => paced(store.unfinishedUploads(prefix), limits.listed),
  }
}

/** The same items; throws when the next one does not come in time. One that never comes is not waited for at the end. */
async function* paced<A>(items: AsyncIterable<A>, ms: number): AsyncGenerator<A> {
  const source = items[Symbol.asyncIterator]()
  let isWaiting = false
  try {
    for (;;) {
      isWaiting = true
      const next = await withTimeout(source.next(), ms)
      isWaiting = false
      if (next.done === true) return
      yield next.value
    }
  } finally {
    if (!isWaiting) await source.return?.()
  }
}

/** A caller that is late itself to ask for the first bytes has at least so long. */
const minimumMs = 500

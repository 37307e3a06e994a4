import { withTimeout } from '../../domain/shared/with-timeout.ts'

/** Limits the wait for the next step of a stream. Rejects with TimeoutError after `ms` milliseconds. */
export const withStallTimeout = <A>(next: Promise<A>, ms: number): Promise<A> =>
  withTimeout(next, ms, `nothing came for ${ms} ms`)

/**
 * Passes a stream through. Throws TimeoutError if an item takes longer than `ms` milliseconds. If reading
 * stops early, the source is closed without waiting.
 */
export async function* withIdleTimeout<A>(stream: AsyncIterable<A>, ms: number): AsyncGenerator<A> {
  const source = stream[Symbol.asyncIterator]()
  let ended = false
  try {
    for (;;) {
      const next = await withStallTimeout(source.next(), ms)
      if (next.done === true) {
        ended = true
        return
      }
      yield next.value
    }
  } finally {
    // A failure to close is ignored: the reader has left, or it gets TimeoutError.
    if (!ended) source.return?.().catch(() => undefined)
  }
}

import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { BadOrigin, Unavailable } from '../domain/shared/errors.ts'
import { failureThrown } from '../domain/shared/stream-failure.ts'
import { E } from '../fp.ts'
import type { StreamedBody } from './reply.ts'

/** A stream whose first bytes are here. */
export type StartedStream = {
  readonly first: IteratorResult<Uint8Array>
  readonly rest: AsyncIterator<Uint8Array>
}

/** Opens the body and waits for its first bytes: what fails until then can still be answered with a status. */
export const startStream = async ({
  open,
}: StreamedBody): Promise<E.Either<BadOrigin | Unavailable, StartedStream>> => {
  const stream = await open()
  if (E.isLeft(stream)) return stream
  const rest = stream.right[Symbol.asyncIterator]()
  try {
    return E.right({ first: await rest.next(), rest })
  } catch (cause) {
    return E.left(failureThrown(cause))
  }
}

/**
 * Sends the stream as the body, at the pace of the client. The client's leaving ends the stream early; a stream
 * that throws breaks the connection, so that a short body is never taken for a whole one (wire.md §6.4).
 */
export const sendStream = async ({ first, rest }: StartedStream, res: ServerResponse): Promise<void> => {
  const gone = new AbortController()
  res.once('close', () => {
    gone.abort()
    // Also while it waits for bytes that may not come.
    rest.return?.().catch(() => undefined)
  })
  try {
    for (let next = first; !next.done; next = await rest.next()) {
      if (res.destroyed) break
      if (!res.write(next.value)) await once(res, 'drain', { signal: gone.signal })
    }
    if (!res.destroyed) res.end()
  } catch (error) {
    const left = gone.signal.aborted
    res.destroy()
    if (!left) throw error
  } finally {
    await rest.return?.()
  }
}

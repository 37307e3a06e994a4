import type { ServerResponse } from 'node:http'
import type { ByteStream } from '../domain/shared/bytes.ts'
import type { BadOrigin, Unavailable } from '../domain/shared/errors.ts'
import { failureThrown } from '../domain/shared/stream-failure.ts'
import { E } from '../fp.ts'

/** A stream whose first bytes are here. */
export type StartedStream = {
  readonly first: IteratorResult<Uint8Array>
  readonly rest: AsyncIterator<Uint8Array>
}

/** Waits for the first bytes: what fails until then can still be answered with a status. */
export const startStream = async (
  stream: ByteStream,
): Promise<E.Either<BadOrigin | Unavailable, StartedStream>> => {
  const rest = stream[Symbol.asyncIterator]()
  try {
    return E.right({ first: await rest.next(), rest })
  } catch (cause) {
    return E.left(failureThrown(cause))
  }
}

/** Resolves when there is room for more, or when the client has left. */
const drained = (res: ServerResponse): Promise<void> =>
  new Promise((resolve) => {
    const done = () => {
      res.off('drain', done).off('close', done)
      resolve()
    }
    res.on('drain', done).on('close', done)
  })

/**
 * Sends the stream as the body, at the pace of the client. The client's leaving ends the stream early; a stream
 * that throws breaks the connection, so that a short body is never taken for a whole one (wire.md §6.4).
 */
export const sendStream = async ({ first, rest }: StartedStream, res: ServerResponse): Promise<void> => {
  // Also while it waits for bytes that may not come.
  res.once('close', () => void rest.return?.().catch(() => undefined))
  try {
    for (let next = first; !next.done; next = await rest.next()) {
      if (res.destroyed) break
      if (!res.write(next.value)) await drained(res)
    }
    if (!res.destroyed) res.end()
  } catch (error) {
    const left = res.destroyed
    res.destroy()
    if (!left) throw error
  } finally {
    await rest.return?.()
  }
}

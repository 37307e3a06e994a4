import { setTimeout as sleep } from 'node:timers/promises'
import type { ByteStream } from '../../src/domain/media/bytes.ts'
import { O, pipe, TE } from '../../src/fp.ts'
import type { ObjectStore } from '../../src/ports/object-store.ts'

/** Wraps a store with a network delay (milliseconds) before the first byte of a read. */
export const createDistantStore = (store: ObjectStore, firstByteMs: number): ObjectStore => ({
  ...store,
  read: (key, range) =>
    pipe(store.read(key, range), TE.map(O.map((stream) => afterDelay(stream, firstByteMs)))),
})

/**
 * Delays only the first byte. The rest arrives at full speed, which is harder to serve to a crowd than a slow
 * network.
 */
async function* afterDelay(stream: ByteStream, ms: number): ByteStream {
  await sleep(ms)
  yield* stream
}

import { setTimeout as sleep } from 'node:timers/promises'
import type { ByteStream } from '../../src/domain/media/bytes.ts'
import { O, pipe, TE } from '../../src/fp.ts'
import type { ObjectStore } from '../../src/ports/object-store.ts'

/** The same store with a network before it: milliseconds go by between a read and its first byte. */
export const createDistantStore = (store: ObjectStore, firstByteMs: number): ObjectStore => ({
  ...store,
  read: (key, range) =>
    pipe(store.read(key, range), TE.map(O.map((stream) => afterDelay(stream, firstByteMs)))),
})

/** What comes after the first byte is not held back: a crowd has a harder time of it than with a slow network. */
async function* afterDelay(stream: ByteStream, ms: number): ByteStream {
  await sleep(ms)
  yield* stream
}

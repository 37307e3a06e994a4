import type { ByteRange, ByteStream } from '../../domain/media/bytes.ts'
import { unavailable } from '../../domain/shared/errors.ts'
import { E, O, TE } from '../../fp.ts'
import type { Clock } from '../../ports/clock.ts'
import type { ObjectStore } from '../../ports/object-store.ts'
import { compareKeysByBytes } from '../store/key-order.ts'
import { verifyChecksum } from '../store/verify-checksum.ts'

const chunkSize = 64 * 1024

/** Stores objects in memory, for tests. */
export const createMemoryObjectStore = (clock: Clock = Date.now): ObjectStore => {
  const objects = new Map<string, Buffer>()
  const modified = new Map<string, number>()

  return {
    put: (key, object) =>
      TE.tryCatch(async () => {
        const chunks: Uint8Array[] = []
        for await (const chunk of verifyChecksum(object)) chunks.push(chunk)
        objects.set(key, Buffer.concat(chunks))
        modified.set(key, clock())
      }, unavailable('object store')),
    read: (key, range) => async () => {
      const bytes = objects.get(key)
      return E.right(bytes === undefined ? O.none : O.some(chunksOf(bytes, range)))
    },
    delete: (key) => async () => {
      objects.delete(key)
      return E.right(undefined)
    },
    list: async function* (prefix, after) {
      const keys = [...objects.keys()].filter((key) => key.startsWith(prefix)).sort(compareKeysByBytes)
      for (const key of keys) {
        const bytes = objects.get(key)
        if (bytes === undefined || (after !== null && compareKeysByBytes(key, after) <= 0)) continue
        yield { key, size: bytes.length, modifiedAt: modified.get(key) ?? 0 }
      }
    },
    // A body is collected before it is stored, so an interrupted put leaves no unfinished upload.
    unfinishedUploads: async function* () {},
    check: TE.right(undefined),
  }
}

async function* chunksOf(bytes: Buffer, { start, end }: ByteRange): ByteStream {
  const until = Math.min(end, bytes.length)
  for (let at = start; at < until; at += chunkSize) yield bytes.subarray(at, Math.min(at + chunkSize, until))
}

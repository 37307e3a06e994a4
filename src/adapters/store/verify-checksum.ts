import { createHash } from 'node:crypto'
import type { ByteStream } from '../../domain/media/bytes.ts'
import type { NewObject } from '../../ports/object-store.ts'

/**
 * Yields the object's bytes. Throws if there are more than announced, and at the end if length or sha256
 * differ: a store must publish the object only after the stream has ended without an error.
 */
export async function* verifyChecksum(object: NewObject): ByteStream {
  const hash = createHash('sha256')
  let size = 0
  for await (const chunk of object.open()) {
    size += chunk.length
    if (size > object.size) throw new Error(`the source has more than the ${object.size} bytes announced`)
    hash.update(chunk)
    yield chunk
  }
  if (size !== object.size) throw new Error(`the source has ${size} of the ${object.size} bytes announced`)
  if (hash.digest('hex') !== object.sha256) throw new Error('the source has another sha256 than announced')
}

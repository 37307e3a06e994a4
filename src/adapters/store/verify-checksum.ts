import type { ByteStream } from '../../domain/media/bytes.ts'
import type { NewObject } from '../../ports/object-store.ts'
import { verifyStream } from '../cache/blobs/byte-streams.ts'

/**
 * Yields the object's bytes. Throws before it yields the last chunk if length or sha256 differ from the announced ones: a
 * store must publish the object only after the stream has ended without an error.
 */
export const verifyChecksum = ({ open, size, sha256 }: NewObject): ByteStream =>
  verifyStream(open(), size, sha256, (what) => new Error(`the source has ${what}, unlike what was announced`))

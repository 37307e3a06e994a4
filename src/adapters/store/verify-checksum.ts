import type { ByteStream } from '../../domain/media/bytes.ts'
import type { NewObject } from '../../ports/object-store.ts'
import { verifyStream } from '../platform/verify-stream.ts'

/**
 * Yields the bytes of an object. Throws before the last chunk if length or sha256 differ from the declared
 * values. So a store must publish the object only after the stream has ended without an error.
 */
export const verifyChecksum = ({ open, size, sha256 }: NewObject): ByteStream =>
  verifyStream(open(), size, sha256, (what) => new Error(`the source has ${what}, unlike what was announced`))

import type { ByteRange, ByteStream } from '../domain/media/bytes.ts'
import type { StoredFile } from '../domain/media/stored-file.ts'
import type { BadOrigin, Unavailable } from '../domain/shared/errors.ts'
import type { TE } from '../fp.ts'

/**
 * Reads a range of a stored file from the object store, and never from a cache or into one. Succeeds when the first
 * bytes have arrived. Fails with BadOrigin if the object is missing. The stream throws if the object has another
 * length, if the store sends nothing for too long, and, before its last bytes, if a whole file has another sha256.
 */
export type UncachedReader = (
  file: Pick<StoredFile, 'key' | 'size' | 'sha256'>,
  range: ByteRange,
) => TE.TaskEither<BadOrigin | Unavailable, ByteStream>

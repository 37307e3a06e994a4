import { createHash } from 'node:crypto'
import type { ByteStream } from '../../domain/media/bytes.ts'
import { badOrigin } from '../../domain/shared/errors.ts'
import { toStreamError } from '../../domain/shared/stream-failure.ts'

/**
 * Passes a stream through, and verifies its length and its sha256 (unless `null`). The last chunk is delayed
 * until both are verified. So an incorrect stream throws (by default BadOrigin) before its last byte.
 */
export async function* verifyStream(
  stream: ByteStream,
  length: number,
  sha256: string | null,
  toError: (what: string) => Error = (what) => toStreamError(badOrigin(what)),
): AsyncGenerator<Uint8Array> {
  const digest = createHash('sha256')
  let pending: Uint8Array | null = null
  let seen = 0
  for await (const chunk of stream) {
    if (pending !== null) yield pending
    seen += chunk.length
    if (seen > length) throw toError(`more than ${length} bytes`)
    if (sha256 !== null) digest.update(chunk)
    pending = chunk
  }
  if (seen < length) throw toError(`${seen} of ${length} bytes`)
  if (sha256 !== null && digest.digest('hex') !== sha256) throw toError('bytes with another sha256')
  if (pending !== null) yield pending
}

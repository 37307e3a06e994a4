import { createHash } from 'node:crypto'
import type { StoredBlobReader } from '../blobs/blob-storage.ts'
import { pieceBytes } from '../blobs/pieces.ts'
import { chunkBytes, digestBytes } from './chunk-digests.ts'
import { CorruptBytesError, isDataLostError } from './corrupt-bytes.ts'
import { readFileInto } from './file-bytes.ts'
import type { SharedFileHandle } from './shared-files.ts'
import type { VerifiedChunks } from './verified-chunks.ts'

type Options = {
  readonly opened: SharedFileHandle
  readonly size: number
  /** The digests of the chunks (chunk-digests.ts). */
  readonly digests: Buffer
  readonly trusted: VerifiedChunks
  /**
   * Is called when the file is damaged. The reader gets the error after the returned promise has resolved.
   */
  readonly onWrongBytes: (cause: unknown) => Promise<void>
}

/**
 * Reads an open file. Verifies the digest of a chunk before it returns any of its bytes. A read throws if the
 * digest is wrong or the disk fails. A reader may close at any time. The file is closed only after the last
 * read has ended, because other readers may wait for the verification in that read.
 */
export const createVerifiedFileReader = ({
  opened,
  size,
  digests,
  trusted,
  onWrongBytes,
}: Options): StoredBlobReader => {
  const { file } = opened
  let reads = 0
  let isClosed = false

  const closeWhenIdle = async (): Promise<void> => {
    if (isClosed && reads === 0) await opened.close()
  }

  const verify = async (chunk: number): Promise<void> => {
    const end = Math.min((chunk + 1) * chunkBytes, size)
    const buffer = Buffer.allocUnsafeSlow(pieceBytes)
    const hash = createHash('sha256')
    for (let at = chunk * chunkBytes; at < end; ) {
      const count = await readFileInto(file, buffer.subarray(0, Math.min(buffer.length, end - at)), at)
      hash.update(buffer.subarray(0, count))
      at += count
    }
    const expected = digests.subarray(chunk * digestBytes, (chunk + 1) * digestBytes)
    if (!hash.digest().subarray(0, digestBytes).equals(expected))
      throw new CorruptBytesError('a chunk has another sha256')
  }

  /** This code must be fast: a read of a trusted chunk costs one system call and two comparisons. */
  const read = async (buffer: Uint8Array, start: number): Promise<number> => {
    const chunk = Math.floor(start / chunkBytes)
    if (!trusted.has(chunk)) await trusted.verify(chunk, () => verify(chunk))
    const left = (chunk + 1) * chunkBytes - start
    return readFileInto(file, buffer.length > left ? buffer.subarray(0, left) : buffer, start)
  }

  const readReportingDamage = async (buffer: Uint8Array, start: number): Promise<number> => {
    if (isClosed) throw new Error('the file was closed')
    reads++
    try {
      return await read(buffer, start)
    } catch (cause) {
      if (isDataLostError(cause)) await onWrongBytes(cause)
      throw cause
    } finally {
      reads--
      if (isClosed) await closeWhenIdle().catch(() => undefined)
    }
  }

  return {
    readInto: readReportingDamage,
    read: async (start, end) => {
      const buffer = Buffer.allocUnsafeSlow(Math.min(end - start, pieceBytes))
      const count = await readReportingDamage(buffer, start)
      return count === buffer.length ? buffer : buffer.subarray(0, count)
    },
    close: async () => {
      if (isClosed) return
      isClosed = true
      await closeWhenIdle()
    },
    buffer: null,
  }
}

import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { notImplemented } from './s3-error.ts'

/** The checksum for a header such as `x-amz-checksum-crc32`, in S3's form: base64, big-endian. */
export const checksumOf = (header: string, bytes: Uint8Array): string => {
  const algorithm = header.replace(/^x-amz-checksum-/, '')
  if (algorithm === 'crc32') {
    const four = Buffer.alloc(4)
    four.writeUInt32BE(crc32(bytes))
    return four.toString('base64')
  }
  if (algorithm === 'sha1' || algorithm === 'sha256')
    return createHash(algorithm).update(bytes).digest('base64')
  throw notImplemented(header)
}

export const isChecksumHeader = (name: string): boolean => /^x-amz-checksum-(crc|sha)/.test(name)

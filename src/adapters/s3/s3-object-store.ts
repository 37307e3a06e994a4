import { DeleteObjectCommand } from '@aws-sdk/client-s3'
import type { ByteStream } from '../../domain/media/bytes.ts'
import { type Unavailable, unavailable } from '../../domain/shared/errors.ts'
import { O, pipe, TE } from '../../fp.ts'
import type { ObjectStore } from '../../ports/object-store.ts'
import { orIfNotFound } from '../platform/errno.ts'
import { adapterTimeoutMs } from '../store/store-limits.ts'
import { createS3Calls } from './s3-calls.ts'
import { createS3Client, defaultS3Timeouts, type S3Options } from './s3-client.ts'
import { downloadObject, type ObjectAddress } from './s3-download.ts'
import { explainS3Fault, isNoSuchKey, isRangeNotSatisfiable } from './s3-fault.ts'
import { listBucketObjects, listUploads } from './s3-listing.ts'
import { uploadObject } from './s3-upload.ts'

/**
 * A key that no object of Larder has. The health check reads it: the store works if it answers that the
 * object is missing.
 */
const probe = 'larder-check'

/**
 * Stores objects in a bucket of S3, or of a store with the same protocol. The cause of an `Unavailable`, and
 * errors of streams, describe in one line the problem and its remedy. The access key also needs the
 * permission to list the bucket. Without it, S3 answers a request for a missing object with `AccessDenied`.
 *
 * Uploaded parts of a killed process stay in the bucket, and cost money, until the sweep or a lifecycle rule
 * of the bucket (`AbortIncompleteMultipartUpload`) removes them.
 */
export const createS3ObjectStore = (
  options: S3Options,
): { readonly store: ObjectStore; readonly close: () => void } => {
  const client = createS3Client(options)
  const calls = createS3Calls()
  const firstByteMs = options.timeouts?.firstByte ?? defaultS3Timeouts.firstByte
  const placeOf = (key: string): ObjectAddress => ({ Bucket: options.bucket, Key: options.prefix + key })
  const explained = (error: unknown): Error => new Error(explainS3Fault(error, options), { cause: error })
  const failed = (error: unknown): Unavailable => unavailable('object store')(explained(error))

  const where = {
    client,
    calls,
    bucket: options.bucket,
    prefix: options.prefix,
    pageSize: options.listPageSize ?? 1000,
    failed,
  }

  const open = async (key: string, start: number, end: number): Promise<O.Option<ByteStream>> => {
    const onBreak = (position: number, error: unknown): void =>
      options.log.warn('s3.read_resumed', { key, at: position, cause: explainS3Fault(error, options) })
    try {
      return O.some(
        await downloadObject(
          client,
          placeOf(key),
          { start, end },
          { calls, firstByteMs, onBreak, explained },
        ),
      )
    } catch (error) {
      if (isNoSuchKey(error)) return O.none
      if (isRangeNotSatisfiable(error)) return O.some(noBytes())
      throw error
    }
  }

  /**
   * Opens an empty range by reading one byte: HTTP has no empty range, and HEAD does not distinguish a
   * missing object from a missing bucket.
   */
  const openEmpty = async (key: string): Promise<O.Option<ByteStream>> => {
    const opened = await open(key, 0, 1)
    if (O.isNone(opened)) return O.none
    for await (const _ of opened.value);
    return O.some(noBytes())
  }

  return {
    store: {
      put: (key, object) => TE.tryCatch(() => uploadObject(client, placeOf(key), object, calls), failed),
      read: (key, { start, end }) =>
        TE.tryCatch(() => (start < end ? open(key, start, end) : openEmpty(key)), failed),
      delete: (key) =>
        TE.tryCatch(async () => {
          const command = new DeleteObjectCommand(placeOf(key))
          const sent = calls.withTimeout(adapterTimeoutMs('delete'), (abortSignal) =>
            client.send(command, { abortSignal }),
          )
          // S3 itself reports success for a missing object. Some other stores with the same protocol report
          // an error, which is ignored.
          await orIfNotFound(sent, undefined, isNoSuchKey)
        }, failed),
      list: (prefix, after) => listBucketObjects(where, prefix, after),
      unfinishedUploads: (prefix) => listUploads(where, prefix),
      check: pipe(
        TE.tryCatch(() => openEmpty(probe), failed),
        TE.map(() => undefined),
      ),
    },
    close: () => {
      calls.close()
      client.destroy()
    },
  }
}

async function* noBytes(): ByteStream {}

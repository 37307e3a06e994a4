import {
  AbortMultipartUploadCommand,
  ListMultipartUploadsCommand,
  type ListMultipartUploadsCommandOutput,
  ListObjectsV2Command,
  type S3Client,
} from '@aws-sdk/client-s3'
import type { Unavailable } from '../../domain/shared/errors.ts'
import { toStreamError } from '../../domain/shared/stream-failure.ts'
import { TE } from '../../fp.ts'
import type { ListedObject, UnfinishedUpload } from '../../ports/object-store.ts'
import { orIfNotFound } from '../platform/errno.ts'
import { adapterTimeoutMs } from '../store/store-limits.ts'
import type { S3Calls } from './s3-calls.ts'

/** Timeout of one request, in milliseconds. */
const requestMs = adapterTimeoutMs('listed')

type Where = {
  readonly client: S3Client
  readonly calls: S3Calls
  readonly bucket: string
  /** Prefix of all keys of this library. */
  readonly prefix: string
  /** Number of entries per page, at most 1,000. */
  readonly pageSize: number
  readonly failed: (error: unknown) => Unavailable
}

/** Waits for a page of a listing. Throws errors of the store as stream errors. */
const orThrow = async <A>(page: Promise<A>, failed: Where['failed']): Promise<A> => {
  try {
    return await page
  } catch (error) {
    throw toStreamError(failed(error))
  }
}

export async function* listBucketObjects(
  { client, calls, bucket, prefix, pageSize, failed }: Where,
  keyPrefix: string,
  after: string | null,
): AsyncGenerator<ListedObject> {
  let token: string | undefined
  do {
    const page = new ListObjectsV2Command({
      Bucket: bucket,
      Prefix: prefix + keyPrefix,
      MaxKeys: pageSize,
      ...(token === undefined ? {} : { ContinuationToken: token }),
      ...(after === null || token !== undefined ? {} : { StartAfter: prefix + after }),
    })
    const {
      Contents = [],
      IsTruncated,
      NextContinuationToken,
    } = await orThrow(
      calls.withTimeout(requestMs, (abortSignal) => client.send(page, { abortSignal })),
      failed,
    )
    // An object without a modification time counts as new, so that it is never swept.
    for (const { Key = '', Size = 0, LastModified } of Contents)
      yield {
        key: Key.slice(prefix.length),
        size: Size,
        modifiedAt: LastModified?.getTime() ?? Number.POSITIVE_INFINITY,
      }
    token = IsTruncated === true ? NextContinuationToken : undefined
  } while (token !== undefined)
}

export async function* listUploads(
  { client, calls, bucket, prefix, pageSize, failed }: Where,
  keyPrefix: string,
): AsyncGenerator<UnfinishedUpload> {
  let markers: { readonly KeyMarker?: string; readonly UploadIdMarker?: string } | undefined = {}
  while (markers !== undefined) {
    const page = new ListMultipartUploadsCommand({
      Bucket: bucket,
      Prefix: prefix + keyPrefix,
      MaxUploads: pageSize,
      ...markers,
    })
    const uploads = await orThrow(
      calls.withTimeout(requestMs, (abortSignal) => client.send(page, { abortSignal })),
      failed,
    )
    for (const { Key, UploadId, Initiated } of uploads.Uploads ?? []) {
      if (Key === undefined || UploadId === undefined) continue
      const abort = new AbortMultipartUploadCommand({ Bucket: bucket, Key, UploadId })
      yield {
        name: Key.slice(prefix.length),
        startedAt: Initiated?.getTime() ?? Number.POSITIVE_INFINITY,
        remove: TE.tryCatch(async () => {
          const sent = calls.withTimeout(requestMs, (abortSignal) => client.send(abort, { abortSignal }))
          // The upload may have ended meanwhile, so it is not an error if it does not exist.
          await orIfNotFound(sent, undefined, isNoSuchUpload)
        }, failed),
      }
    }
    markers = nextOf(uploads)
  }
}

const nextOf = (page: ListMultipartUploadsCommandOutput) =>
  page.IsTruncated === true && page.NextKeyMarker !== undefined
    ? { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker ?? '' }
    : undefined

const isNoSuchUpload = (error: unknown): boolean => error instanceof Error && error.name === 'NoSuchUpload'

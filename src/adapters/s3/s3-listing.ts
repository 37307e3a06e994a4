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
import { withStoreLimit } from '../store/store-limits.ts'
import type { S3Calls } from './s3-calls.ts'

/** Milliseconds until one request is answered. */
const requestMs = withStoreLimit('listed')

type Where = {
  readonly client: S3Client
  readonly calls: S3Calls
  readonly bucket: string
  /** Of all of this library's keys. */
  readonly prefix: string
  /** Entries of one answer of the store, 1,000 at most. */
  readonly pageSize: number
  readonly failed: (error: unknown) => Unavailable
}

/** Asks for one page; what the store throws becomes what a stream throws. */
const orThrow = async <A>(asked: Promise<A>, failed: Where['failed']): Promise<A> => {
  try {
    return await asked
  } catch (error) {
    throw toStreamError(failed(error))
  }
}

export async function* listObjects(
  { client, calls, bucket, prefix, pageSize, failed }: Where,
  ofKeys: string,
  after: string | null,
): AsyncGenerator<ListedObject> {
  let token: string | undefined
  do {
    const page = new ListObjectsV2Command({
      Bucket: bucket,
      Prefix: prefix + ofKeys,
      MaxKeys: pageSize,
      ...(token === undefined ? {} : { ContinuationToken: token }),
      ...(after === null || token !== undefined ? {} : { StartAfter: prefix + after }),
    })
    const {
      Contents = [],
      IsTruncated,
      NextContinuationToken,
    } = await orThrow(
      calls.within(requestMs, (abortSignal) => client.send(page, { abortSignal })),
      failed,
    )
    // An object without a time is taken for new: it is never old enough to be swept.
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
  ofKeys: string,
): AsyncGenerator<UnfinishedUpload> {
  let at: { readonly KeyMarker?: string; readonly UploadIdMarker?: string } | undefined = {}
  while (at !== undefined) {
    const page = new ListMultipartUploadsCommand({
      Bucket: bucket,
      Prefix: prefix + ofKeys,
      MaxUploads: pageSize,
      ...at,
    })
    const found = await orThrow(
      calls.within(requestMs, (abortSignal) => client.send(page, { abortSignal })),
      failed,
    )
    for (const { Key, UploadId, Initiated } of found.Uploads ?? []) {
      if (Key === undefined || UploadId === undefined) continue
      const abort = new AbortMultipartUploadCommand({ Bucket: bucket, Key, UploadId })
      yield {
        name: Key.slice(prefix.length),
        startedAt: Initiated?.getTime() ?? Number.POSITIVE_INFINITY,
        remove: TE.tryCatch(async () => {
          await calls
            .within(requestMs, (abortSignal) => client.send(abort, { abortSignal }))
            .catch(unlessGone)
        }, failed),
      }
    }
    at = nextOf(found)
  }
}

const nextOf = (page: ListMultipartUploadsCommandOutput) =>
  page.IsTruncated === true && page.NextKeyMarker !== undefined
    ? { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker ?? '' }
    : undefined

/** An upload that has ended meanwhile needs no end. */
const unlessGone = (error: unknown): void => {
  if (!(error instanceof Error && error.name === 'NoSuchUpload')) throw error
}

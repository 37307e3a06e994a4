import { randomBytes } from 'node:crypto'
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectsCommand,
  paginateListObjectsV2,
  type S3Client,
} from '@aws-sdk/client-s3'
import { createS3Client, type S3Options } from '../../src/adapters/s3/s3-client.ts'
import { createRecordingLog } from './recording-log.ts'
import type { Credentials } from './s3/signature.ts'
import { startS3Server } from './s3-server.ts'

/** An empty bucket on an S3 server. */
export type S3Target = {
  readonly options: S3Options & { readonly endpoint: string }
  /** Removes the bucket and its objects. */
  readonly close: () => Promise<void>
}

type Server = {
  readonly endpoint: string
  readonly region: string
  readonly credentials: Credentials
  readonly close: () => Promise<void>
}

/**
 * Creates a bucket on the server that S3_ENDPOINT, S3_REGION, S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY
 * describe. Without S3_ENDPOINT it starts a test server in this process.
 */
export const openS3Target = async (): Promise<S3Target> => {
  const { endpoint, region, credentials, close } = serverOfEnvironment() ?? (await startS3Server())
  const bucket = `larder-test-${randomBytes(6).toString('hex')}`
  const { log } = createRecordingLog()
  const options = { bucket, prefix: '', endpoint, region, credentials, forcePathStyle: true, log }
  const client = createS3Client(options)
  await client.send(new CreateBucketCommand({ Bucket: bucket }))
  return {
    options,
    close: async () => {
      await removeBucket(client, bucket)
      client.destroy()
      await close()
    },
  }
}

const serverOfEnvironment = (): Server | null => {
  const { S3_ENDPOINT, S3_REGION, S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY } = process.env
  if (S3_ENDPOINT === undefined) return null
  return {
    endpoint: S3_ENDPOINT,
    region: S3_REGION ?? 'us-east-1',
    credentials: { accessKeyId: S3_ACCESS_KEY_ID ?? '', secretAccessKey: S3_SECRET_ACCESS_KEY ?? '' },
    close: async () => undefined,
  }
}

const removeBucket = async (client: S3Client, Bucket: string): Promise<void> => {
  for await (const { Contents: found = [] } of paginateListObjectsV2({ client }, { Bucket })) {
    const Objects = found.map(({ Key }) => ({ Key }))
    if (Objects.length > 0) await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }))
  }
  await client.send(new DeleteBucketCommand({ Bucket }))
}

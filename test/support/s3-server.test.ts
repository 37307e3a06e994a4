import { createHash } from 'node:crypto'
import { request as httpRequest } from 'node:http'
import {
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { expect } from 'chai'
import { createS3Client } from '../../src/adapters/s3/s3-client.ts'
import { createRecordingLog } from './recording-log.ts'
import { decodeChunks } from './s3/aws-chunked.ts'
import { type SignedRequest, verifySignature } from './s3/signature.ts'
import { type S3Server, startS3Server } from './s3-server.ts'

describe('the S3 server of the tests', () => {
  let server: S3Server
  let client: S3Client

  beforeEach(async () => {
    server = await startS3Server({ buckets: ['larder'] })
    client = createS3Client({ ...server, ...place, log: createRecordingLog().log })
  })
  afterEach(async () => {
    client.destroy()
    await server.close()
  })

  const place = { bucket: 'larder', prefix: '', forcePathStyle: true }
  const object = { Bucket: 'larder', Key: 'one' }
  const nameOf = (error: unknown): string => (error instanceof Error ? error.name : '')
  const refusal = (sent: Promise<unknown>): Promise<string> => sent.then(() => 'accepted', nameOf)
  const stored = (): number => server.buckets.get('larder')?.objects.size ?? 0

  it('refuses a body that does not match the signed hash', async () => {
    const { requestHandler } = client.config
    const handle = requestHandler.handle.bind(requestHandler)
    requestHandler.handle = (request, options) => handle(Object.assign(request, { body: 'evil' }), options)
    expect(await refusal(client.send(new PutObjectCommand({ ...object, Body: 'good' })))).to.equal(
      'XAmzContentSHA256Mismatch',
    )
    expect(stored()).to.equal(0)
  })

  it('refuses checksums that do not match the body', async () => {
    const sha256 = createHash('sha256').update('other').digest('base64')
    for (const wrong of [{ ChecksumSHA256: sha256 }, { ChecksumCRC32: 'AAAAAA==' }, { ContentMD5: 'AAAA' }]) {
      expect(
        await refusal(client.send(new PutObjectCommand({ ...object, ...wrong, Body: 'larder' }))),
      ).to.equal('BadDigest')
    }
    expect(stored()).to.equal(0)
  })

  it('refuses an unsigned request, and a body that ends early', async () => {
    const unsigned = await fetch(`${server.endpoint}/larder/one`)
    expect([unsigned.status, await unsigned.text()]).to.deep.equal([
      403,
      '<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>',
    ])
    const started = new Promise((resolve) => {
      const broken = httpRequest(`${server.endpoint}/larder/one`, { method: 'PUT' })
      broken.on('error', resolve).write('half')
      broken.destroy()
    })
    await started
    expect(stored()).to.equal(0)
  })

  it('supports ranges and conditions', async () => {
    const { ETag } = await client.send(new PutObjectCommand({ ...object, Body: 'larder' }))
    const get = async (conditions: object): Promise<string> => {
      const { Body, ContentRange } = await client.send(new GetObjectCommand({ ...object, ...conditions }))
      return `${ContentRange} ${await Body?.transformToString()}`
    }
    expect(await get({})).to.equal('undefined larder')
    expect(await get({ Range: 'bytes=1-3' })).to.equal('bytes 1-3/6 ard')
    expect(await get({ Range: 'bytes=-2' })).to.equal('bytes 4-5/6 er')
    expect(await get({ Range: 'bytes=4-', IfMatch: ETag })).to.equal('bytes 4-5/6 er')
    expect(await refusal(get({ Range: 'bytes=6-' }))).to.equal('InvalidRange')
    expect(await refusal(get({ IfMatch: '"other"' }))).to.equal('PreconditionFailed')
    const unchanged = client.send(new HeadObjectCommand({ ...object, IfNoneMatch: ETag }))
    expect(await unchanged.catch((error) => error.$metadata.httpStatusCode)).to.equal(304)
    const again = new PutObjectCommand({ ...object, Body: 'again', IfNoneMatch: '*' })
    expect(await refusal(client.send(again))).to.equal('PreconditionFailed')
  })

  it('lists keys page by page, in byte order', async () => {
    for (const Key of ['b', 'ü', 'a&<', 'a', 'Z'])
      await client.send(new PutObjectCommand({ ...object, Key, Body: '' }))
    const keys: Array<string | undefined> = []
    let token: string | undefined
    do {
      const page = {
        Bucket: 'larder',
        MaxKeys: 2,
        ...(token === undefined ? {} : { ContinuationToken: token }),
      }
      const found = await client.send(new ListObjectsV2Command(page))
      keys.push(...(found.Contents ?? []).map(({ Key }) => Key))
      token = found.NextContinuationToken
    } while (token !== undefined)
    expect(keys).to.deep.equal(['Z', 'a', 'a&<', 'b', 'ü'])
  })

  it('refuses parts of a missing upload', async () => {
    const { UploadId } = await client.send(new CreateMultipartUploadCommand(object))
    const part = { ...object, PartNumber: 1, Body: 'part' }
    expect(await refusal(client.send(new UploadPartCommand({ ...part, UploadId })))).to.equal('accepted')
    expect(await refusal(client.send(new UploadPartCommand({ ...part, UploadId: 'other' })))).to.equal(
      'NoSuchUpload',
    )
  })

  it('replies with 501 to unsupported requests', async () => {
    const versioned = new GetObjectCommand({ ...object, VersionId: '1' })
    expect(await refusal(client.send(versioned))).to.equal('NotImplemented')
  })
})

describe('the signatures of the S3 server of the tests', () => {
  // The examples of https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html and
  // https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
  const exampleKey = {
    accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
    secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    region: 'us-east-1',
  }
  const credential = 'AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request'
  const host = 'examplebucket.s3.amazonaws.com'
  const then = Date.parse('2013-05-24T00:00:00Z')
  const minute = 60_000

  const inHeader: SignedRequest = {
    method: 'GET',
    path: '/test.txt',
    query: [],
    headers: {
      host,
      range: 'bytes=0-9',
      'x-amz-content-sha256': 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
      'x-amz-date': '20130524T000000Z',
      authorization: `AWS4-HMAC-SHA256 Credential=${credential},SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41`,
    },
  }
  const inQuery: SignedRequest = {
    method: 'GET',
    path: '/test.txt',
    query: [
      ['X-Amz-Algorithm', 'AWS4-HMAC-SHA256'],
      ['X-Amz-Credential', credential],
      ['X-Amz-Date', '20130524T000000Z'],
      ['X-Amz-Expires', '86400'],
      ['X-Amz-SignedHeaders', 'host'],
      ['X-Amz-Signature', 'aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404'],
    ],
    headers: { host },
  }

  it('accepts the example requests of AWS', () => {
    verifySignature(inHeader, exampleKey, then)
    verifySignature(inQuery, exampleKey, then)
  })

  it('refuses their signatures for any other request', () => {
    for (const signed of [inHeader, inQuery]) {
      for (const other of [
        { ...signed, method: 'PUT' },
        { ...signed, path: '/test.txt2' },
        { ...signed, query: [...signed.query, ['versionId', '1'] as const] },
        { ...signed, headers: { ...signed.headers, host: 'other.s3.amazonaws.com' } },
      ]) {
        expect(() => verifySignature(other, exampleKey, then)).to.throw('The signature we calculated')
      }
      const more = { ...signed, headers: { ...signed.headers, 'x-amz-meta-a': 'b' } }
      expect(() => verifySignature(more, exampleKey, then)).to.throw('not signed: x-amz-meta-a')
    }
    const other = { ...exampleKey, accessKeyId: 'other' }
    expect(() => verifySignature(inHeader, other, then)).to.throw('does not exist in our records')
    expect(() => verifySignature({ ...inHeader, headers: { host } }, exampleKey, then)).to.throw(
      'Access Denied',
    )
  })

  it('refuses signatures before and after their validity', () => {
    for (const away of [-16 * minute, 16 * minute]) {
      expect(() => verifySignature(inHeader, exampleKey, then + away)).to.throw('differ too much')
    }
    verifySignature(inQuery, exampleKey, then + 86_400_000)
    expect(() => verifySignature(inQuery, exampleKey, then + 86_401_000)).to.throw('expired')
    expect(() => verifySignature(inQuery, exampleKey, then - 16 * minute)).to.throw('differ too much')
  })
})

describe('the framing of aws-chunked bodies', () => {
  const body = '6\r\nlarder\r\n1\r\n!\r\n0\r\nx-amz-checksum-crc32:AAAA==\r\n\r\n'

  it('is removed', () => {
    const { bytes, trailers } = decodeChunks(Buffer.from(body))
    expect(bytes.toString()).to.equal('larder!')
    expect([...trailers]).to.deep.equal([['x-amz-checksum-crc32', 'AAAA==']])
  })

  it('fails when it is incomplete or malformed', () => {
    for (let length = 0; length < body.length; length += 1) {
      expect(() => decodeChunks(Buffer.from(body.slice(0, length)))).to.throw('ended before')
    }
    for (const wrong of [`${body}x`, body.replace('6', '5'), body.replace('1\r', '+1\r')]) {
      expect(() => decodeChunks(Buffer.from(wrong))).to.throw()
    }
  })
})

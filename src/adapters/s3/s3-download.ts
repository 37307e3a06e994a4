import { Readable } from 'node:stream'
import { GetObjectCommand, type GetObjectCommandOutput, type S3Client } from '@aws-sdk/client-s3'
import type { ByteRange, ByteStream } from '../../domain/media/bytes.ts'
import { cancellable } from './cancellable.ts'
import type { S3Calls } from './s3-calls.ts'

/** An object in S3, in the SDK's words. */
export type ObjectAddress = { readonly Bucket: string; readonly Key: string }

export type DownloadHooks = {
  readonly calls: S3Calls
  /** Milliseconds until an answer must have begun, over all tries of one request. */
  readonly firstByteMs: number
  /** Told of each break in a body that is to be resumed: how far it had come, and why it broke. */
  readonly onBreak: (at: number, error: unknown) => void
  /** Makes what the stream throws of what broke it. */
  readonly explained: (error: unknown) => Error
}

/** The body breaks off this often without progress worth the name, and it is given up. */
const maxBreaks = 4
const progress = 256 * 1024

type Answer = {
  readonly body: Readable
  /** What the body is of: less than was asked for, where the object ends earlier. */
  readonly range: ByteRange
  readonly etag: string | undefined
}

/**
 * Asks for a range of an object, `start < end`, and gives its bytes when the answer has begun. A body that breaks
 * off is asked for again from there, as long as the object is the same.
 */
export const downloadObject = async (
  client: S3Client,
  place: ObjectAddress,
  range: ByteRange,
  hooks: DownloadHooks,
): Promise<ByteStream> => {
  const left = new AbortController()
  const ask = (wanted: ByteRange, etag?: string): Promise<Answer> =>
    hooks.calls.within(
      hooks.firstByteMs,
      (signal) => requestRange(client, place, wanted, etag, signal),
      left.signal,
    )
  const first = await ask(range)
  const steps = resuming(first, ask, hooks, left.signal)
  return cancellable(explaining(steps, hooks, left.signal), () => left.abort())
}

async function* explaining(
  steps: AsyncGenerator<Uint8Array, void>,
  { explained }: DownloadHooks,
  left: AbortSignal,
): AsyncGenerator<Uint8Array, void> {
  try {
    yield* steps
  } catch (error) {
    // The request that the leaving itself broke off.
    if (left.aborted) return
    throw explained(error)
  }
}

async function* resuming(
  first: Answer,
  ask: (range: ByteRange, etag?: string) => Promise<Answer>,
  { onBreak }: DownloadHooks,
  left: AbortSignal,
): AsyncGenerator<Uint8Array, void> {
  const { end } = first.range
  let { body } = first
  let at = first.range.start
  for (let breaks = 0; ; ) {
    const resumedAt = at
    try {
      for await (const chunk of body) {
        at += chunk.length
        yield chunk
      }
      if (at < end) throw new Error(`the body ended ${end - at} bytes early`)
      return
    } catch (error) {
      if (left.aborted || at === end) return
      breaks = at - resumedAt < progress ? breaks + 1 : 1
      if (breaks > maxBreaks) throw error
      onBreak(at, error)
    }
    body = await bodyOfRest(ask({ start: at, end }, first.etag), end)
  }
}

/** The rest of an object that had this end before. Without an etag its length alone tells whether it still is the same. */
const bodyOfRest = async (asked: Promise<Answer>, end: number): Promise<Readable> => {
  const { body, range } = await asked
  if (range.end === end) return body
  body.destroy()
  throw new Error('the object was replaced while it was read')
}

const requestRange = async (
  client: S3Client,
  place: ObjectAddress,
  wanted: ByteRange,
  etag: string | undefined,
  abortSignal: AbortSignal,
): Promise<Answer> => {
  const Range = `bytes=${wanted.start}-${wanted.end - 1}`
  const condition = etag === undefined ? {} : { IfMatch: etag }
  const output = await client.send(new GetObjectCommand({ ...place, ...condition, Range }), { abortSignal })
  const body = bodyOf(output)
  const range = rangeOf(output)
  if (range !== null && range.start === wanted.start && range.end <= wanted.end) {
    return { body, range, etag: output.ETag }
  }
  body.destroy()
  throw new Error(`the store was asked for ${Range} and answered with ${output.ContentRange ?? 'no range'}`)
}

const bodyOf = ({ Body }: GetObjectCommandOutput): Readable => {
  if (Body instanceof Readable) return Body
  throw new Error('the store answered without a body')
}

/** Reads `bytes 0-9/100` (RFC 9110 §14.4). */
const rangeOf = ({ ContentRange }: GetObjectCommandOutput): ByteRange | null => {
  const [, first, last] = /^bytes (\d+)-(\d+)\//.exec(ContentRange ?? '') ?? []
  return first === undefined || last === undefined ? null : { start: Number(first), end: Number(last) + 1 }
}

import { Readable } from 'node:stream'
import { GetObjectCommand, type GetObjectCommandOutput, type S3Client } from '@aws-sdk/client-s3'
import type { ByteRange, ByteStream } from '../../domain/media/bytes.ts'
import { createCancellableStream } from './cancellable.ts'
import type { S3Calls } from './s3-calls.ts'

/** The address of an object, in the SDK's format. */
export type ObjectAddress = { readonly Bucket: string; readonly Key: string }

type DownloadHooks = {
  readonly calls: S3Calls
  /** Maximum time in milliseconds until a response begins, including all attempts of the request. */
  readonly firstByteMs: number
  /** Is called before an interrupted body is resumed, with the position (bytes) and the error. */
  readonly onBreak: (position: number, error: unknown) => void
  /** Converts the error that interrupted the stream to the error that the stream throws. */
  readonly explained: (error: unknown) => Error
}

/**
 * An interruption counts if fewer than `minimumProgress` bytes came before it. The download fails after more
 * than `maxBreaks` such interruptions in a row.
 */
const maxBreaks = 4
const minimumProgress = 256 * 1024

type Answer = {
  readonly body: Readable
  /** Range of the body. The range is shorter than the requested one if the object ends earlier. */
  readonly range: ByteRange
  readonly etag: string | undefined
}

/**
 * Requests a range of an object (`start < end`). Resolves when the response has begun. An interrupted body is
 * resumed at its position, if the object is still the same.
 */
export const downloadObject = async (
  client: S3Client,
  place: ObjectAddress,
  range: ByteRange,
  hooks: DownloadHooks,
): Promise<ByteStream> => {
  const cancelled = new AbortController()
  const request = (requested: ByteRange, etag?: string): Promise<Answer> =>
    hooks.calls.withTimeout(
      hooks.firstByteMs,
      (signal) => requestRange(client, place, requested, etag, signal),
      cancelled.signal,
    )
  const first = await request(range)
  const steps = withResume(first, request, hooks, cancelled.signal)
  return createCancellableStream(withExplainedErrors(steps, hooks, cancelled.signal), () => cancelled.abort())
}

async function* withExplainedErrors(
  steps: AsyncGenerator<Uint8Array, void>,
  { explained }: DownloadHooks,
  cancelled: AbortSignal,
): AsyncGenerator<Uint8Array, void> {
  try {
    yield* steps
  } catch (error) {
    // The request was aborted because the reader cancelled, so this is not an error.
    if (cancelled.aborted) return
    throw explained(error)
  }
}

async function* withResume(
  first: Answer,
  request: (range: ByteRange, etag?: string) => Promise<Answer>,
  { onBreak }: DownloadHooks,
  cancelled: AbortSignal,
): AsyncGenerator<Uint8Array, void> {
  const { end } = first.range
  let { body } = first
  let position = first.range.start
  for (let breaks = 0; ; ) {
    const resumedAt = position
    try {
      for await (const chunk of body) {
        position += chunk.length
        yield chunk
      }
      if (position < end) throw new Error(`the body ended ${end - position} bytes early`)
      return
    } catch (error) {
      if (cancelled.aborted || position === end) return
      breaks = position - resumedAt < minimumProgress ? breaks + 1 : 1
      if (breaks > maxBreaks) throw error
      onBreak(position, error)
    }
    body = await bodyOfRest(request({ start: position, end }, first.etag), end)
  }
}

/**
 * Returns the body of the rest. Throws if the end of the object has changed: without an etag, only a changed
 * end shows that the object was replaced.
 */
const bodyOfRest = async (answer: Promise<Answer>, end: number): Promise<Readable> => {
  const { body, range } = await answer
  if (range.end === end) return body
  body.destroy()
  throw new Error('the object was replaced while it was read')
}

const requestRange = async (
  client: S3Client,
  place: ObjectAddress,
  requested: ByteRange,
  etag: string | undefined,
  abortSignal: AbortSignal,
): Promise<Answer> => {
  const Range = `bytes=${requested.start}-${requested.end - 1}`
  const condition = etag === undefined ? {} : { IfMatch: etag }
  const output = await client.send(new GetObjectCommand({ ...place, ...condition, Range }), { abortSignal })
  const body = bodyOf(output)
  const range = rangeOf(output)
  if (range !== null && range.start === requested.start && range.end <= requested.end) {
    return { body, range, etag: output.ETag }
  }
  body.destroy()
  throw new Error(`the store was asked for ${Range} and answered with ${output.ContentRange ?? 'no range'}`)
}

const bodyOf = ({ Body }: GetObjectCommandOutput): Readable => {
  if (Body instanceof Readable) return Body
  throw new Error('the store answered without a body')
}

/** Parses a Content-Range such as `bytes 0-9/100` (RFC 9110 §14.4). */
const rangeOf = ({ ContentRange }: GetObjectCommandOutput): ByteRange | null => {
  const [, first, last] = /^bytes (\d+)-(\d+)\//.exec(ContentRange ?? '') ?? []
  return first === undefined || last === undefined ? null : { start: Number(first), end: Number(last) + 1 }
}

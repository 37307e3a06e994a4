import type { ByteRange, ByteStream } from '../../domain/media/bytes.ts'
import { contentRange } from './content-range.ts'

/** A `multipart/byteranges` body (RFC 9110 §14.6) before any of its bytes is read. */
export type MultipartPlan = {
  /** Of the reply; that of the representation stands in each preamble. */
  readonly contentType: string
  /** Bytes of the whole body. */
  readonly contentLength: number
  readonly parts: ReadonlyArray<{ readonly preamble: string; readonly range: ByteRange }>
  readonly closing: string
}

type Request = {
  readonly ranges: ReadonlyArray<ByteRange>
  /** Bytes of the whole representation. */
  readonly length: number
  readonly contentType: string
  /** 1 to 70 letters and digits that nobody can guess (RFC 2046 §5.1.1). */
  readonly boundary: string
}

export const planMultipart = ({ ranges, length, contentType, boundary }: Request): MultipartPlan => {
  const parts = ranges.map((range, index) => ({
    preamble: `${index === 0 ? '' : '\r\n'}--${boundary}\r\nContent-Type: ${contentType}\r\nContent-Range: ${contentRange(range, length)}\r\n\r\n`,
    range,
  }))
  const closing = `\r\n--${boundary}--\r\n`
  return {
    contentType: `multipart/byteranges; boundary=${boundary}`,
    contentLength: parts.reduce(
      (sum, { preamble, range }) => sum + Buffer.byteLength(preamble, 'latin1') + range.end - range.start,
      closing.length,
    ),
    parts,
    closing,
  }
}

/**
 * The body that was planned. Each range is opened as its turn comes and closed before the next one is; its
 * first bytes are awaited before its preamble leaves, so that a source that fails at once sends nothing.
 */
export async function* multipartBody(
  plan: MultipartPlan,
  open: (range: ByteRange) => Promise<ByteStream>,
): ByteStream {
  for (const { preamble, range } of plan.parts) {
    let announced = false
    for await (const chunk of await open(range)) {
      if (!announced) yield Buffer.from(preamble, 'latin1')
      announced = true
      yield chunk
    }
  }
  yield Buffer.from(plan.closing, 'latin1')
}

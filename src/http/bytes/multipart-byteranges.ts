import type { ByteRange, ByteStream } from '../../domain/media/bytes.ts'
import { contentRange } from './content-range.ts'

/** A planned `multipart/byteranges` body (RFC 9110 §14.6); no bytes are read yet. */
export type MultipartPlan = {
  /** Content-Type of the reply. Each preamble has the Content-Type of the representation. */
  readonly contentType: string
  /** Size of the whole body (bytes). */
  readonly contentLength: number
  readonly parts: ReadonlyArray<{ readonly preamble: string; readonly range: ByteRange }>
  readonly closing: string
}

type Request = {
  readonly ranges: ReadonlyArray<ByteRange>
  /** Size of the whole representation (bytes). */
  readonly length: number
  readonly contentType: string
  /** 1 to 70 unpredictable letters and digits (RFC 2046 §5.1.1). */
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
 * Streams the planned body, with one range open at a time. A preamble is sent when the first bytes of its
 * range have arrived, so that nothing is sent if the source fails at once.
 */
export async function* multipartBody(
  plan: MultipartPlan,
  open: (range: ByteRange) => Promise<ByteStream>,
): ByteStream {
  for (const { preamble, range } of plan.parts) {
    let isPreambleSent = false
    for await (const chunk of await open(range)) {
      if (!isPreambleSent) yield Buffer.from(preamble, 'latin1')
      isPreambleSent = true
      yield chunk
    }
  }
  yield Buffer.from(plan.closing, 'latin1')
}

import type { ByteRange } from '../../domain/media/bytes.ts'
import { fullRange } from '../../domain/media/bytes.ts'
import type { Clock } from '../../ports/clock.ts'
import { selectRanges } from './byte-range.ts'
import { type ConditionalHeaders, evaluateConditions } from './conditional.ts'
import { contentRange } from './content-range.ts'
import { type MultipartPlan, planMultipart } from './multipart-byteranges.ts'
import type { Headers, Representation } from './representation-headers.ts'

/** A planned reply with stored bytes. No bytes are read yet. */
export type ByteReplyPlan = {
  readonly status: 200 | 206 | 304 | 412 | 416
  readonly headers: Headers
  /** The body of the reply. In a 412 or 416, the caller sends an error body instead of `None`. */
  readonly body:
    | { readonly _tag: 'None' }
    | { readonly _tag: 'Range'; readonly range: ByteRange }
    | { readonly _tag: 'Multipart'; readonly plan: MultipartPlan }
}

type ByteReplyInput = {
  readonly method: 'GET' | 'HEAD'
  readonly headers: ConditionalHeaders
  readonly representation: Representation
  readonly clock: Clock
  /** Called once for a reply with several ranges. Returns unpredictable letters and digits. */
  readonly newBoundary: () => string
}

const noBody: ByteReplyPlan['body'] = { _tag: 'None' }

/**
 * Plans the reply to a GET or HEAD of stored bytes: preconditions first, then the range (RFC 9110 §13.2.2).
 * A HEAD gets the status and headers of the same GET, including a 206 (http-api.md §1.5), but no body.
 */
export const planByteReply = (request: ByteReplyInput): ByteReplyPlan => {
  const reply = planGet(request)
  return request.method === 'HEAD' ? { ...reply, body: noBody } : reply
}

const planGet = ({ headers, representation, clock, newBoundary }: ByteReplyInput): ByteReplyPlan => {
  const { size, contentType } = representation
  const whole: ByteReplyPlan = {
    status: 200,
    headers: representation.whole,
    body: { _tag: 'Range', range: fullRange(size) },
  }

  const decision = evaluateConditions(headers, representation, clock)
  if (decision === 'not-modified') return { status: 304, headers: representation.notModified, body: noBody }
  if (decision === 'precondition-failed') {
    return { status: 412, headers: { 'Cache-Control': 'no-store' }, body: noBody }
  }
  if (decision === 'ignore-range') return whole

  const selection = selectRanges(headers.range, size)
  switch (selection._tag) {
    case 'Whole':
      return whole
    case 'Unsatisfiable':
      return { status: 416, headers: representation.rangeNotSatisfiable, body: noBody }
    case 'One':
      return singleRange(representation, selection.range)
    case 'Several':
      return severalRanges(
        representation,
        planMultipart({
          ranges: selection.ranges,
          length: size,
          contentType,
          boundary: newBoundary(),
        }),
      )
  }
}

const singleRange = ({ whole, size }: Representation, range: ByteRange): ByteReplyPlan => ({
  status: 206,
  headers: {
    ...whole,
    'Content-Length': String(range.end - range.start),
    'Content-Range': contentRange(range, size),
  },
  body: { _tag: 'Range', range },
})

const severalRanges = ({ whole }: Representation, plan: MultipartPlan): ByteReplyPlan => ({
  status: 206,
  headers: {
    ...whole,
    'Content-Type': plan.contentType,
    'Content-Length': String(plan.contentLength),
  },
  body: { _tag: 'Multipart', plan },
})

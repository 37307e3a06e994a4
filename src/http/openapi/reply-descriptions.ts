import type * as t from 'io-ts'
import type { ErrorStatus } from './error-descriptions.ts'
import type { ReplyHeader } from './header-descriptions.ts'
import type { ReplyDescription, ReplyDescriptions, RouteDescription } from './route-description.ts'

const json = 'application/json'

/** Describes a reply in JSON. `headers` are those that it has besides Cache-Control. */
export const jsonOf = (
  codec: t.Mixed,
  description: string,
  headers: ReadonlyArray<ReplyHeader> = [],
): ReplyDescription => ({
  description,
  content: { [json]: codec },
  headers: ['Cache-Control', ...headers],
})

/** Describes a reply without a body. */
export const nothingOf = (description: string): ReplyDescription => ({
  description,
  content: {},
  headers: ['Cache-Control'],
})

/** Describes a page in HTML. */
export const pageOf = (description: string): ReplyDescription => ({
  description,
  content: { 'text/html': null },
  headers: ['Cache-Control', 'Content-Security-Policy'],
})

type RangedContent = Pick<RouteDescription, 'headers'> & {
  readonly replies: ReplyDescriptions
  readonly errors: ReadonlyArray<ErrorStatus>
}

const conditionalHeaders = ['If-None-Match', 'If-Range', 'Range'] as const

const partial = (types: ReadonlyArray<string>): ReplyDescription['content'] =>
  Object.fromEntries([...types, 'multipart/byteranges'].map((type) => [type, null]))

/** Describes the replies of a route with a list; the codec is that of a list in JSON. */
export const listOf = (
  type: string,
  codec: t.Mixed | null,
  description: string,
  otherHeaders: ReadonlyArray<ReplyHeader> = [],
): RangedContent => ({
  headers: conditionalHeaders,
  replies: {
    200: {
      description,
      content: { [type]: codec },
      headers: ['Cache-Control', 'Accept-Ranges'],
      otherHeaders: ['ETag', ...otherHeaders],
    },
    206: {
      description: 'The ranges that were requested.',
      content: partial([type]),
      headers: ['Cache-Control', 'Accept-Ranges'],
      otherHeaders: ['ETag', 'Content-Range'],
    },
    // `If-None-Match: *` gets a 304 also for a list that is for one viewer, and has no ETag.
    304: {
      description: 'It has not changed.',
      content: {},
      headers: ['Cache-Control'],
      otherHeaders: ['ETag'],
    },
  },
  errors: [404, 412, 416],
})

/** Describes the replies of a route with stored bytes of these media types. */
export const bytesOf = (
  types: ReadonlyArray<string>,
  description: string,
  headers: ReadonlyArray<ReplyHeader> = [],
): RangedContent => {
  const common = ['Cache-Control', 'ETag', 'Accept-Ranges', 'Repr-Digest', ...headers] as const
  return {
    headers: conditionalHeaders,
    replies: {
      200: {
        description,
        content: Object.fromEntries(types.map((type) => [type, null])),
        headers: common,
        otherHeaders: ['Last-Modified'],
      },
      206: {
        description: 'The ranges that were requested.',
        content: partial(types),
        headers: common,
        otherHeaders: ['Content-Range', 'Last-Modified'],
      },
      304: { description: 'They have not changed.', content: {}, headers: ['Cache-Control', 'ETag'] },
    },
    errors: [412, 416, 502],
  }
}

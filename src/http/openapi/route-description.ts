import type * as t from 'io-ts'
import type { ErrorStatus } from './error-descriptions.ts'
import type { ReplyHeader, RequestHeader } from './header-descriptions.ts'

/** The groups of routes in the API document. */
export const tags = {
  images: 'Pictures, for viewers.',
  content: 'Sounds and films, for viewers.',
  library: 'The files of the library, for admins.',
  uploads: 'Putting files into the library.',
  tokens: 'Media tokens and their revocation, for admins.',
  admins: 'Who is an admin.',
  jobs: 'The jobs that make exports, for admins.',
  caches: 'Caches, servers and background work, for admins.',
  service: 'Checks and pages for everyone.',
} as const

/** A reply of a route. */
export type ReplyDescription = {
  readonly description: string
  /** The body by media type: its codec if it is JSON, otherwise `null`. Empty if the reply has no body. */
  readonly content: Readonly<Record<string, t.Mixed | null>>
  /** Headers that each such reply has. */
  readonly headers: ReadonlyArray<ReplyHeader>
  /** Headers that some of these replies have. */
  readonly otherHeaders?: ReadonlyArray<ReplyHeader>
}

export type ReplyDescriptions = Readonly<Record<number, ReplyDescription>>

/** What the API document says of a route, besides what its codecs and its credential say. */
export type RouteDescription = {
  /** Unique name of the operation, for generated clients. */
  readonly id: string
  readonly tag: keyof typeof tags
  /** What the route does, in one line. */
  readonly summary: string
  readonly description?: string
  /** Meaning of parameters of the path and the query, by name. */
  readonly parameters?: Readonly<Record<string, string>>
  /** Headers of the request that the route reads, besides the credential. */
  readonly headers?: ReadonlyArray<RequestHeader>
  readonly replies: ReplyDescriptions
  /** Errors of this route, besides those that its credential, its codecs and its method imply. */
  readonly errors?: ReadonlyArray<ErrorStatus>
}

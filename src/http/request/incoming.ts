import type { IncomingHttpHeaders } from 'node:http'

/** A request before its parameters are decoded. */
export type IncomingRequest = {
  readonly method: string
  /** The token of `/api/1/~{jwt}/…`, if the path had one (http-api.md §2.2). */
  readonly pathToken: string | null
  readonly params: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, string | string[] | undefined>>
  readonly headers: IncomingHttpHeaders
}

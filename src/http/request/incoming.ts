import type { IncomingHttpHeaders } from 'node:http'

/** A request before its parameters are decoded. */
export type IncomingRequest = {
  readonly method: string
  /** The token in the path `/api/1/~{jwt}/…`; `null` if the path contains no token (http-api.md §2.2). */
  readonly pathToken: string | null
  readonly params: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, string | string[] | undefined>>
  readonly headers: IncomingHttpHeaders
}

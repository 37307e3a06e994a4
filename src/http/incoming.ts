import type { IncomingHttpHeaders } from 'node:http'

/** A request as routes see it: not decoded yet. */
export type Incoming = {
  readonly method: string
  readonly params: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, string | string[] | undefined>>
  readonly headers: IncomingHttpHeaders
}

import type { ByteStream } from '../domain/media/bytes.ts'
import type { OutboundFault } from '../domain/shared/outbound-fault.ts'
import type { TE } from '../fp.ts'

export type OutboundLimits = {
  /** Until the connection is made, including the look-up of the name and TLS. All times are in milliseconds. */
  readonly connectMs: number
  /** From the connection to the end of the headers. */
  readonly headersMs: number
  /** Without a byte of the body, while the consumer waits for one. */
  readonly idleMs: number
  /** From the call to the end of the body, with all redirects. */
  readonly totalMs: number
  /** Maximum size of the body. */
  readonly maxBytes: number
  /** A longer body fails with `too_large`, or ends after `maxBytes`. */
  readonly longerBody: 'fails' | 'is cut'
}

export type OutboundRequest = {
  readonly url: string
  readonly method: 'GET' | 'POST'
  /** Headers for the origin of `url`. Another origin, to which a server redirects, does not get them. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array | null
  /** Maximum number of redirects that are followed. With 0, a redirect is the response. Those of a POST are never followed. */
  readonly maxRedirects: number
  readonly limits: OutboundLimits
  readonly signal: AbortSignal
}

export type OutboundResponse = {
  readonly status: number
  /** Names in lower case. The values of repeated headers are joined as `node:http` does. */
  readonly headers: Readonly<Record<string, string | undefined>>
  /** The value of `Content-Length`; `null` if it is not sent. */
  readonly length: number | null
  /** Can be read once. Throws the error of an `OutboundFault`. To end the reading early closes the connection. */
  readonly body: ByteStream
  /** Closes the connection of a body that is not read. */
  readonly close: () => void
}

/** Whether the port of an address of http or https may be allowed, which is judged without a look-up of its name. */
export type MayUsePort = (url: URL) => boolean

/**
 * Sends a request to a server that a caller has named. It connects to http and https on ports 80 and 443, and only to
 * addresses that it has checked: if any address of the name is not public, none is used. The exceptions that the operator
 * lists may have any port. Any status is a response.
 */
export type Outbound = (request: OutboundRequest) => TE.TaskEither<OutboundFault, OutboundResponse>

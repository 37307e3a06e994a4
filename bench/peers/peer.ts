/** A server that Larder is measured beside. */
export type Peer = {
  readonly name: string
  /** Without a slash at its end. */
  readonly origin: string
  readonly pid: number
  readonly stop: () => Promise<void>
}

/** A body to be served, and how. */
export type Served = {
  /** On the peer: `/part.mp4`. */
  readonly path: string
  readonly contentType: string
  readonly bytes: Uint8Array
  /** Beyond Content-Type and Content-Length: `Content-Encoding: gzip`. */
  readonly headers?: Readonly<Record<string, string>>
}

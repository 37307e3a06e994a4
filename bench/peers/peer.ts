/** A server that Larder is compared with. */
export type Peer = {
  readonly name: string
  /** Without a trailing slash. */
  readonly origin: string
  readonly pid: number
  readonly stop: () => Promise<void>
}

/** A body for a peer to serve. */
export type Served = {
  /** Path on the peer: `/part.mp4`. */
  readonly path: string
  readonly contentType: string
  readonly bytes: Uint8Array
  /** In addition to Content-Type and Content-Length: `Content-Encoding: gzip`. */
  readonly headers?: Readonly<Record<string, string>>
}

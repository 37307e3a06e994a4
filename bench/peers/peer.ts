/** A server that Larder is compared with. */
export type Peer = {
  readonly name: string
  /** Origin of the server, without a trailing slash. */
  readonly origin: string
  readonly pid: number
  readonly stop: () => Promise<void>
}

/** A body that a peer serves. */
export type Served = {
  /** Path on the peer, for example `/part.mp4`. */
  readonly path: string
  readonly contentType: string
  readonly bytes: Uint8Array
  /** Headers in addition to Content-Type and Content-Length, for example `Content-Encoding: gzip`. */
  readonly headers?: Readonly<Record<string, string>>
}

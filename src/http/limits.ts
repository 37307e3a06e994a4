/** Resource limits for clients of a serving process (http-api.md §13.2). All but the last are settings. */
export type HttpLimits = {
  /** Maximum of open connections; further ones are closed on arrival. */
  readonly connections: number
  /**
   * Maximum of requests in progress without a reply. Likely cache hits have a second allowance of the same
   * size.
   */
  readonly inFlight: number
  /** Maximum of requests in the admission queue. */
  readonly waiting: number
  readonly waitMilliseconds: number
  readonly headerBytes: number
  readonly headerMilliseconds: number
  readonly bodyBytes: number
  /** Time for a whole request to arrive, including its body. */
  readonly requestMilliseconds: number
  readonly keepAliveMilliseconds: number
  /** Time for which a client may accept no byte of its reply before it is disconnected. */
  readonly stallMilliseconds: number
  /** Time from the start of a request to its reply, across all dependencies (http-api.md §10). */
  readonly replyMilliseconds: number
}

export const defaultHttpLimits: HttpLimits = {
  connections: 10_000,
  inFlight: 512,
  waiting: 4096,
  waitMilliseconds: 3000,
  headerBytes: 16 * 1024,
  headerMilliseconds: 15_000,
  bodyBytes: 1024 * 1024,
  requestMilliseconds: 60_000,
  keepAliveMilliseconds: 75_000,
  stallMilliseconds: 60_000,
  replyMilliseconds: 4800,
}

/**
 * Resource limits for clients of a serving process (http-api.md §13.2). All limits except the last one are
 * settings.
 */
export type HttpLimits = {
  /** Maximum number of open connections. Further connections are closed on arrival. */
  readonly connections: number
  /**
   * Maximum number of requests in progress without a reply. Likely cache hits have a second limit of the same
   * size.
   */
  readonly inFlight: number
  /** Maximum number of requests in the admission queue. */
  readonly waiting: number
  readonly waitMilliseconds: number
  readonly headerBytes: number
  readonly headerMilliseconds: number
  readonly bodyBytes: number
  /** Maximum time until a request has arrived completely, including its body. */
  readonly requestMilliseconds: number
  readonly keepAliveMilliseconds: number
  /** Maximum number of open streams of events (http-api.md §5.11). */
  readonly eventStreams: number
  /** If a client accepts no byte of its reply for this long, it is disconnected. */
  readonly stallMilliseconds: number
  /**
   * Maximum time from the start of a request to its reply, for all dependencies together (http-api.md §10).
   */
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
  eventStreams: 1000,
  stallMilliseconds: 60_000,
  replyMilliseconds: 4800,
}

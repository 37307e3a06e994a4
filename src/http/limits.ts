/** Bounds on what clients may take of a serving process (http-api.md §13.2). Each but the last is a setting. */
export type Limits = {
  /** Open at a time; further ones are closed as they come. */
  readonly connections: number
  /** Requests that were begun and have no reply yet; likely cache hits may be as many again. */
  readonly inFlight: number
  /** Requests that wait to be begun. */
  readonly waiting: number
  readonly waitMilliseconds: number
  readonly headerBytes: number
  readonly headerMilliseconds: number
  readonly bodyBytes: number
  /** For a whole request, its body included. */
  readonly requestMilliseconds: number
  readonly keepAliveMilliseconds: number
  /** How long a client may take no byte of what is sent to it. */
  readonly stallMilliseconds: number
  /** From the beginning of a request to its reply, whatever is waited for meanwhile (http-api.md §10). */
  readonly replyMilliseconds: number
}

export const defaultLimits: Limits = {
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

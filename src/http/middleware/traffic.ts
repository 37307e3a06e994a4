/**
 * What a serving process counts of its clients, beside the limits that it holds them to. The gauges (`open`,
 * `in_flight`, `waiting`) say what is now, all others what was since the start. The names are those of the wire.
 */
export type Traffic = {
  readonly connections: {
    open: number
    /** Closed as they came, because there were too many. */
    dropped: number
    /** Cut because their client took no byte for too long. */
    stalled: number
    /** Closed because a request did not arrive in time. */
    timed_out: number
    /** Closed because what came was not HTTP/1.1 as it should be. */
    malformed: number
  }
  readonly requests: {
    in_flight: number
    waiting: number
    /** 503 at once: too many waited. */
    refused_full: number
    /** 503 after waiting for too long. */
    refused_waited: number
    /** Their clients left before they were begun. */
    abandoned: number
    /** 4xx before any route: target, version, Host, Expect, size of the body. */
    refused_early: number
  }
}

export const createTraffic = (): Traffic => ({
  connections: { open: 0, dropped: 0, stalled: 0, timed_out: 0, malformed: 0 },
  requests: { in_flight: 0, waiting: 0, refused_full: 0, refused_waited: 0, abandoned: 0, refused_early: 0 },
})

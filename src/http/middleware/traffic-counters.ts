/**
 * Counters of client traffic in a serving process; the limits are in http-limits.ts. The gauges (`open`,
 * `in_flight`, `waiting`) are current values; all others count since the process started. Metrics use these
 * names, so they must not change.
 */
export type TrafficCounters = {
  readonly connections: {
    open: number
    /** Connections that were closed on arrival, because too many were open. */
    dropped: number
    /** Connections that were reset, because the client accepted no byte for too long. */
    stalled: number
    /** Connections that were closed, because a request did not arrive in time. */
    timed_out: number
    /** Connections that were closed, because the client sent invalid HTTP/1.1. */
    malformed: number
  }
  readonly requests: {
    in_flight: number
    waiting: number
    /** Requests that got a 503 on arrival, because the queue was full. */
    refused_full: number
    /** Requests that got a 503 after the maximum wait. */
    refused_waited: number
    /** Requests whose client disconnected before they were started. */
    abandoned: number
    /** Requests that got a 4xx or 505 before any route: target, version, Host, Expect, body size. */
    refused_early: number
  }
}

export const createTrafficCounters = (): TrafficCounters => ({
  connections: { open: 0, dropped: 0, stalled: 0, timed_out: 0, malformed: 0 },
  requests: { in_flight: 0, waiting: 0, refused_full: 0, refused_waited: 0, abandoned: 0, refused_early: 0 },
})

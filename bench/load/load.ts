import * as t from 'io-ts'

// The messages between the bench and its load generator process.

/**
 * Describes a closed-loop load: each connection sends its next request when the previous reply is complete.
 */
export const Load = t.strict({
  host: t.string,
  port: t.number,
  /** Paths that all connections together request in turn. */
  paths: t.array(t.string),
  headers: t.record(t.string, t.string),
  connections: t.number,
  /** Number of replies after which a connection ends. `null`: it continues until the time is over. */
  repliesEach: t.union([t.number, t.null]),
  /** Seconds before the measurement starts. */
  warmupSeconds: t.number,
  /** Duration of the measurement in seconds. The measurement is shorter if `repliesEach` ends it. */
  seconds: t.number,
  /** Expected status. A reply with another status is an error. */
  status: t.number,
  /** Process whose CPU time is reported. `null`: no CPU time is reported. */
  serverPid: t.union([t.number, t.null]),
})
export type Load = t.TypeOf<typeof Load>

/** Percentiles of durations in milliseconds. */
const Percentiles = t.strict({ p50: t.number, p90: t.number, p99: t.number, max: t.number })

const throughput = {
  /** The load generator. `none`: the work was done in the process of the bench. */
  generator: t.keyof({ wrk: null, own: null, none: null }),
  /** Duration of the measurement. */
  seconds: t.number,
  responses: t.number,
  /** Broken connections and replies with another status. */
  errors: t.number,
  /** Bytes of complete bodies. With wrk, the bytes of the heads are included. */
  bytes: t.number,
  /** Time from sending the request to the last byte of the reply. */
  latency: Percentiles,
  /**
   * Fraction of one core that the generator used. A value near 1 means that the generator was the bottleneck.
   */
  generatorLoad: t.number,
}

/** Results of any generator, measured from the end of the warm-up to the end of the load. */
export const Throughput = t.strict(throughput)
export type Throughput = t.TypeOf<typeof Throughput>

/** Results of the bench's own generator. */
export const Measured = t.strict({
  ...throughput,
  /** Time from sending the request to the first byte of the reply. */
  firstByte: Percentiles,
})
export type Measured = t.TypeOf<typeof Measured>

export const Answer = t.strict({
  measured: Measured,
  /** CPU seconds that the server used during the measurement; `null` if unknown. */
  cpuSeconds: t.union([t.number, t.null]),
})
export type Answer = t.TypeOf<typeof Answer>

/** The answer of any generator. */
export type ThroughputAnswer = Pick<Answer, 'cpuSeconds'> & { readonly measured: Throughput }

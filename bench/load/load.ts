import * as t from 'io-ts'

// Messages between the bench and its load generator process.

/** A closed loop: each connection sends its next request when the reply to the last one is complete. */
export const Load = t.strict({
  host: t.string,
  port: t.number,
  /** Requested in turn, over all connections. */
  paths: t.array(t.string),
  headers: t.record(t.string, t.string),
  connections: t.number,
  /** Number of replies after which a connection ends; `null`: it continues until the time is over. */
  repliesEach: t.union([t.number, t.null]),
  /** Not measured. */
  warmupSeconds: t.number,
  /** Duration of the measurement; less if `repliesEach` ends it. */
  seconds: t.number,
  /** Any other status is an error. */
  status: t.number,
  /** Process whose CPU time is reported; `null`: none. */
  serverPid: t.union([t.number, t.null]),
})
export type Load = t.TypeOf<typeof Load>

/** Milliseconds. */
const Percentiles = t.strict({ p50: t.number, p90: t.number, p99: t.number, max: t.number })

const throughput = {
  /** The generator; `none`: the work was done in process. */
  generator: t.keyof({ wrk: null, own: null, none: null }),
  /** Measured time. */
  seconds: t.number,
  responses: t.number,
  /** Broken connections and replies with another status. */
  errors: t.number,
  /** Bytes of complete bodies; with wrk, also of the heads. */
  bytes: t.number,
  /** From sending the request to the last byte of the reply. */
  latency: Percentiles,
  /** Fraction of one core that the generator used. Near 1, the generator was the bottleneck. */
  generatorLoad: t.number,
}

/** Results of any generator, between the end of the warm-up and the end of the load. */
export const Throughput = t.strict(throughput)
export type Throughput = t.TypeOf<typeof Throughput>

/** Results of the bench's own generator. */
export const Measured = t.strict({
  ...throughput,
  /** From sending the request to the first byte of the reply. */
  firstByte: Percentiles,
})
export type Measured = t.TypeOf<typeof Measured>

export const Answer = t.strict({
  measured: Measured,
  /** CPU seconds of the server in the same time; `null` if unknown. */
  cpuSeconds: t.union([t.number, t.null]),
})
export type Answer = t.TypeOf<typeof Answer>

/** An answer of any generator. */
export type ThroughputAnswer = Pick<Answer, 'cpuSeconds'> & { readonly measured: Throughput }

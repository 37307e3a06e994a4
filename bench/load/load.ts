import * as t from 'io-ts'

// What the bench and its load generator, a process of its own, say to one another.

/** A closed loop: each connection sends its next request when the reply to the last one is complete. */
export const Load = t.strict({
  host: t.string,
  port: t.number,
  /** Sent one after the other, over all connections; at the end from the start again. */
  paths: t.array(t.string),
  headers: t.record(t.string, t.string),
  connections: t.number,
  /** Replies after which a connection has had enough; `null`: it goes on until the time is up. */
  repliesEach: t.union([t.number, t.null]),
  /** Before anything counts. */
  warmupSeconds: t.number,
  /** At most, when `repliesEach` ends it before. */
  seconds: t.number,
  /** Any other status is an error. */
  status: t.number,
  /** The process whose processor time is reported, too; `null`: none. */
  serverPid: t.union([t.number, t.null]),
})
export type Load = t.TypeOf<typeof Load>

/** Milliseconds. */
const Percentiles = t.strict({ p50: t.number, p90: t.number, p99: t.number, max: t.number })

const throughput = {
  /** The generator; `none`: the work was done in process. */
  generator: t.keyof({ wrk: null, own: null, none: null }),
  /** Duration. */
  seconds: t.number,
  responses: t.number,
  /** Broken connections and replies with another status. */
  errors: t.number,
  /** Bytes of complete bodies; with wrk, which counts what it reads, also those of the heads. */
  bytes: t.number,
  /** From the request's departure to the last byte of its reply. */
  latency: Percentiles,
  /** Of one core, used by the generator. Near 1 it is the generator that was measured. */
  generatorLoad: t.number,
}

/** What any generator measures, between the end of the warm-up and the end. */
export const Throughput = t.strict(throughput)
export type Throughput = t.TypeOf<typeof Throughput>

/** What the bench's own generator measures. */
export const Measured = t.strict({
  ...throughput,
  /** From the request's departure to the first byte of its reply. */
  firstByte: Percentiles,
})
export type Measured = t.TypeOf<typeof Measured>

export const Answer = t.strict({
  measured: Measured,
  /** Of the server, within the same time; `null` when that cannot be told. */
  cpuSeconds: t.union([t.number, t.null]),
})
export type Answer = t.TypeOf<typeof Answer>

/** An answer of any generator. */
export type ThroughputAnswer = Pick<Answer, 'cpuSeconds'> & { readonly measured: Throughput }

import type { Lab } from '../larder/lab.ts'
import type { Throughput } from '../load/load.ts'

/** A target that is in the cache of a running Larder. */
export type Warm = {
  /** Of the server, without a trailing slash. */
  readonly origin: string
  /** `null` for a server from the command line. */
  readonly pid: number | null
  /** Requested in turn: one path, or one for each token. */
  readonly paths: ReadonlyArray<string>
  readonly headers: Readonly<Record<string, string>>
}

/** Warm targets by name. */
export type RunningServer = { readonly warm: Readonly<Record<string, Warm>> }

export type Settings = {
  /** Load generator of comparisons. Crowds always use the bench's own generator. */
  readonly generator: 'wrk' | 'own'
  readonly connections: number
  readonly warmupSeconds: number
  /** Maximum time of one measurement. */
  readonly seconds: number
  /** Replies after which a connection ends; `null`: it ends when the time is over. */
  readonly repliesEach: number | null
  /** Each server is measured once a round, in turn, so that other load on the machine affects all of them. */
  readonly rounds: number
}

export type BenchContext = {
  readonly settings: Settings
  readonly smoke: boolean
  /** Server from the command line, measured instead of the lab's. */
  readonly server: RunningServer | undefined
  /** Opened by the first call. */
  readonly lab: () => Promise<Lab>
}

/** Throughput as a multiple of a peer's: the median over the rounds. */
export type Ratio = {
  readonly against: string
  readonly ratio: number
  readonly goal?: number
  /** Ratio of replies per CPU second: what the ratio would be on an otherwise idle machine. */
  readonly byCpu?: number
  /** Minimum and maximum over the rounds. */
  readonly spread?: readonly [number, number]
}

/** Result of one server for one kind of work. */
export type Finding = {
  readonly work: string
  readonly server: string
  /** The round whose throughput is the median. */
  readonly measured: Throughput
  /** The server's CPU time for one reply, in microseconds: the median over the rounds. */
  readonly cpu?: number
  readonly ratios: ReadonlyArray<Ratio>
}

/** A result that is not a throughput, with its goal. */
export type Fact = {
  readonly fact: string
  readonly value: number
  readonly unit: string
  readonly goal?: { readonly atMost: number } | { readonly atLeast: number }
}

/** Each file p….ts of this folder exports one; run.ts lists them. */
export type Figure = {
  /** Id in the design: `P3`. */
  readonly id: string
  readonly title: string
  /** Names of the warm targets that a server from the command line must have. */
  readonly needs: ReadonlyArray<string>
  readonly run: (context: BenchContext) => Promise<ReadonlyArray<Finding | Fact>>
}

import type { Lab } from '../larder/lab.ts'
import type { Throughput } from '../load/load.ts'

/** A target that is in the cache of a running Larder. */
export type Warm = {
  /** Origin of the server, without a trailing slash. */
  readonly origin: string
  /**
   * Process id of the server. `null`: the server was named on the command line, so its CPU time is unknown.
   */
  readonly pid: number | null
  /** Paths that are requested in turn: a single path, or one path per token. */
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
  /** Number of replies after which a connection ends. `null`: it ends when the time is over. */
  readonly repliesEach: number | null
  /**
   * Number of rounds. Each round measures every server once, so that other load on the machine affects all
   * servers.
   */
  readonly rounds: number
}

export type BenchContext = {
  readonly settings: Settings
  readonly smoke: boolean
  /** Server named on the command line. It is measured instead of the lab's servers. */
  readonly server: RunningServer | undefined
  /** Returns the lab. The first call opens it. */
  readonly lab: () => Promise<Lab>
}

/** Throughput of one server divided by the throughput of another server: the median over the rounds. */
export type Ratio = {
  readonly against: string
  readonly ratio: number
  readonly goal?: number
  /** Ratio of replies per CPU second. On an otherwise idle machine, `ratio` would have this value. */
  readonly byCpu?: number
  /** Minimum and maximum over the rounds. */
  readonly spread?: readonly [number, number]
}

/** Result of one server for one kind of work. */
export type Finding = {
  readonly work: string
  readonly server: string
  /** Throughput of the round with the median throughput. */
  readonly measured: Throughput
  /** CPU time of the server per reply, in microseconds: the median over the rounds. */
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

/**
 * One measurement of the bench. Each file `p….ts` of this folder exports one figure, and run.ts lists them.
 */
export type Figure = {
  /** Id of the figure in the design, for example `P3`. */
  readonly id: string
  readonly title: string
  /** Names of the warm targets that a server named on the command line must have. */
  readonly needs: ReadonlyArray<string>
  readonly run: (context: BenchContext) => Promise<ReadonlyArray<Finding | Fact>>
}

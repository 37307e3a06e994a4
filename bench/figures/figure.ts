import type { Lab } from '../larder/lab.ts'
import type { Throughput } from '../load/load.ts'

/** Something that a running Larder has ready to serve. */
export type Warm = {
  /** Of the server, without a slash at its end. */
  readonly origin: string
  /** `null` of a server that was named on the command line. */
  readonly pid: number | null
  /** Sent in turn: one path, or one for each token. */
  readonly paths: ReadonlyArray<string>
  readonly headers: Readonly<Record<string, string>>
}

/** What is warm and where, by the names that the figures ask for. */
export type RunningServer = { readonly warm: Readonly<Record<string, Warm>> }

export type Settings = {
  /** The generator of what is compared. A crowd is always made by the bench's own. */
  readonly generator: 'wrk' | 'own'
  readonly connections: number
  readonly warmupSeconds: number
  /** Of one measurement, at most. */
  readonly seconds: number
  /** Of each connection, after which it ends; `null`: when its time is over. */
  readonly repliesEach: number | null
  /** Each server is measured once a round, in turn, so that what disturbs the machine disturbs all of them. */
  readonly rounds: number
}

export type BenchContext = {
  readonly settings: Settings
  readonly smoke: boolean
  /** The server that was named on the command line, to be measured instead of one of the lab. */
  readonly server: RunningServer | undefined
  /** Opened when it is first asked for. */
  readonly lab: () => Promise<Lab>
}

/** Throughput as a multiple of a peer's: the median over the rounds. */
export type Ratio = {
  readonly against: string
  readonly ratio: number
  readonly goal?: number
  /** The same of replies for each second of processor time: what it would be on a machine with nothing else to do. */
  readonly byCpu?: number
  /** The least and the most among the rounds. */
  readonly spread?: readonly [number, number]
}

/** One server at one work. */
export type Finding = {
  readonly work: string
  readonly server: string
  /** The round whose throughput is the median. */
  readonly measured: Throughput
  /** Microseconds of the server's processor time for one reply: the median over the rounds. */
  readonly cpu?: number
  readonly ratios: ReadonlyArray<Ratio>
}

/** A number that is not a throughput, and what it is to be. */
export type Fact = {
  readonly fact: string
  readonly value: number
  readonly unit: string
  readonly goal?: { readonly atMost: number } | { readonly atLeast: number }
}

/** A file of this folder exports one; run.ts lists them. */
export type Figure = {
  /** As design calls it: `P3`. */
  readonly id: string
  readonly title: string
  /** Names of what must be warm on a server that was named on the command line. */
  readonly needs: ReadonlyArray<string>
  readonly run: (context: BenchContext) => Promise<ReadonlyArray<Finding | Fact>>
}

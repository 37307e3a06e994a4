import type { Measured } from '../load/load.ts'

/** Something that a running Larder has ready to serve. */
export type Warm = {
  /** Sent in turn: one path, or one for each token. */
  readonly paths: ReadonlyArray<string>
  readonly headers: Readonly<Record<string, string>>
}

/** The server to be measured, and what is warm on it, by the names that the figures ask for. */
export type RunningServer = {
  /** Without a slash at its end. */
  readonly origin: string
  readonly warm: Readonly<Record<string, Warm>>
}

export type Settings = {
  readonly connections: number
  readonly warmupSeconds: number
  /** Of one measurement. */
  readonly seconds: number
  /** Each server is measured once a round, in turn, so that what disturbs the machine disturbs all of them. */
  readonly rounds: number
}

export type BenchContext = { readonly settings: Settings; readonly server: RunningServer | undefined }

/** One server at one work. */
export type Finding = {
  readonly work: string
  readonly server: string
  /** The round whose throughput is the median. */
  readonly measured: Measured
  /** Throughput as a multiple of a peer's: the median over the rounds. */
  readonly ratios: ReadonlyArray<{ readonly against: string; readonly ratio: number; readonly goal?: number }>
}

/** A file of this folder exports one; run.ts lists them. */
export type Figure = {
  /** As design calls it: `P3`. */
  readonly id: string
  readonly title: string
  /** Names of what must be warm on the server; with none of them missing, `run` is called. */
  readonly needs: ReadonlyArray<string>
  readonly run: (context: BenchContext) => Promise<ReadonlyArray<Finding>>
}

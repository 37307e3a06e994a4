import type { Config } from '../config.ts'

/** What a command has to do with: tests give their own. */
export type CommandContext = {
  readonly config: Config
  readonly args: ReadonlyArray<string>
  /** A line for people or pipes, on standard output. */
  readonly print: (line: string) => void
}

/** One word of the command line. */
export type Command = {
  readonly usage: string
  /** What it does, in a line. */
  readonly about: string
  /** The words of `usage`, each with what it means. */
  readonly words: ReadonlyArray<readonly [word: string, meaning: string]>
  /** Gives the exit code. Throws a `Failure` for what its user can mend. */
  readonly run: (context: CommandContext) => Promise<number>
}

/** Ends a command with one line on standard error, and exit code 1 (2 for wrong usage). */
export class Failure extends Error {
  readonly exitCode: number
  constructor(message: string, exitCode = 1) {
    super(message)
    this.exitCode = exitCode
  }
}

export const wrongUsage = (usage: string): Failure => new Failure(`usage: larder ${usage}`, 2)

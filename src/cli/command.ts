import type { Config } from '../config/settings.ts'
import { printable, printableJson } from '../domain/shared/printable.ts'

/** What a command found or did, for people and for programs. */
export type Result = {
  readonly lines: ReadonlyArray<string>
  /** Plain fields that programs may rely on: no value of a union as it is inside of Larder. */
  readonly json: Readonly<Record<string, unknown>> & { readonly _tag?: never }
}

/** What a command has to do with: tests give their own. */
export type CommandContext = {
  readonly config: Config
  /** Without `--json`, which every command takes. */
  readonly args: ReadonlyArray<string>
  readonly isJson: boolean
  /** Prints to standard output: the lines, or with `--json` the object, as one line. */
  readonly report: (result: Result) => void
  /** Prints a message that is no result; with `--json` as `{"message":"…"}`. */
  readonly print: (line: string) => void
}

type Out = Pick<CommandContext, 'isJson' | 'report' | 'print'>

/** With `--json` standard output has nothing but JSON, one object a line, whichever command runs. */
export const createOut = (write: (line: string) => void, isJson: boolean): Out => {
  const report: Out['report'] = ({ lines, json }) => {
    if (isJson) write(printableJson(JSON.stringify(json)))
    else for (const line of lines) write(printable(line))
  }
  return { isJson, report, print: (message) => report({ lines: [message], json: { message } }) }
}

/** Takes `--json` out of the words of a command. What stands behind `--` is the name of a file. */
export const takeJson = (
  words: ReadonlyArray<string>,
): { readonly isJson: boolean; readonly args: ReadonlyArray<string> } => {
  const end = words.includes('--') ? words.indexOf('--') : words.length
  const args = words.filter((word, index) => word !== '--json' || index > end)
  return { isJson: args.length < words.length, args }
}

/** One word of the command line. */
export type Command = {
  readonly usage: string
  /** What it does, in a line. */
  readonly about: string
  /** The words of `usage`, each with what it means. */
  readonly words: ReadonlyArray<readonly [word: string, meaning: string]>
  /**
   * Whether it reads or writes in DATA_DIR: then it runs as the owner of that folder, or not at all. Throws for wrong
   * usage.
   */
  readonly needsLibrary: (given: Pick<CommandContext, 'config' | 'args'>) => boolean
  /** Gives the exit code. Throws a `Failure` for what its user can mend. */
  readonly run: (context: CommandContext) => Promise<number>
}

/** For `needsLibrary`, of most commands. */
export const always = (): boolean => true

/** Ends a command with one line on standard error, and exit code 1 (2 for wrong usage). */
export class Failure extends Error {
  readonly exitCode: number
  /** A message of several lines comes as these: what looks like an end of line in a message is another's text. */
  readonly lines: ReadonlyArray<string>
  constructor(message: string | ReadonlyArray<string>, exitCode = 1) {
    const lines = typeof message === 'string' ? [message] : message
    super(lines.join('\n'))
    this.lines = lines
    this.exitCode = exitCode
  }
}

/** As it stands in help: `--json` is common to all. */
export const fullUsage = (usage: string): string => `larder ${usage} [--json]`

export const wrongUsage = (usage: string): Failure => new Failure(`usage: ${fullUsage(usage)}`, 2)
